// What pages do beyond links and forms; each of them works without it.
(() => {
  const ready = (root) => {
    // A refusal or a summary of faults is read first.
    root.querySelector("[data-focus]")?.focus();
    fit(root);
    root.querySelectorAll("table[data-sortable]").forEach(sortable);
  };

  // A button that moves money or seats is pressed once; the form's key holds where this does not.
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.matches("[data-once]")) return;
    if (button.dataset.pressed) return event.preventDefault();
    button.dataset.pressed = "yes";
    button.setAttribute("aria-disabled", "true");
    event.target.removeAttribute("data-changed");
  });
  // Back from the browser's memory: the page may be used again.
  addEventListener("pageshow", () => document.querySelectorAll("[data-pressed]").forEach((button) => {
    delete button.dataset.pressed;
    button.removeAttribute("aria-disabled");
  }));

  // What was typed is not left behind unasked.
  document.addEventListener("input", (event) => event.target.closest("form[data-guarded]")?.setAttribute("data-changed", "yes"));
  addEventListener("beforeunload", (event) => { if (document.querySelector("form[data-changed]")) event.preventDefault(); });

  // What is chosen in a set of filters is asked for at once.
  document.addEventListener("change", (event) => event.target.closest("form[data-at-once]")?.requestSubmit());

  // Rows of a list in another order: within the page that is shown.
  function sortable(table) {
    table.querySelectorAll("thead th").forEach((head, place) => {
      if (!head.textContent.trim() || head.querySelector("button, .visually-hidden")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const text = (row) => row.cells[place].textContent.trim();
        const number = (row) => parseFloat(text(row).replace(/[^0-9.-]/g, ""));
        const counts = head.classList.contains("text-end");
        const rows = [...table.tBodies[0].rows].sort((a, b) => counts
          ? (number(a) || 0) - (number(b) || 0)
          : text(a).localeCompare(text(b), document.documentElement.lang));
        table.tBodies[0].append(...(down ? rows.reverse() : rows));
      });
    });
  }

  // Queues by keyboard: j and k go down and up, o opens.
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...document.querySelectorAll("[data-queue] [data-queue-row]")];
    if (!rows.length || !"jko".includes(event.key)) return;
    const now = rows.findIndex((row) => row.contains(document.activeElement));
    if (event.key === "o") return rows[now]?.querySelector("a")?.click();
    const next = event.key === "j" ? Math.min(now + 1, rows.length - 1) : Math.max(now - 1, 0);
    (rows[next].querySelector("a") ?? rows[next]).focus();
  });

  // Menus and filters stand open where there is room for them.
  const wide = matchMedia("(min-width: 992px)");
  const fit = (root) => root.querySelectorAll("details[data-open-wide]").forEach((one) => { one.open = wide.matches; });
  wide.addEventListener("change", () => fit(document));
  ready(document);
  document.addEventListener("htmx:afterSwap", (event) => ready(event.target.parentElement ?? document));
})();
