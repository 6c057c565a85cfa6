// The money line as a picture; the table under it says the same.
(() => {
  const place = document.getElementById("flow");
  const flows = JSON.parse(place?.dataset.flows ?? "[]");
  // Too narrow for labels side by side: there the table alone is read.
  if (!flows.length || !window.echarts || matchMedia("(max-width: 640px)").matches) return;
  place.classList.add("drawn");
  const style = getComputedStyle(document.documentElement);
  const chart = window.echarts.init(place, null, { renderer: "canvas" });
  const yuan = (fen) => "¥" + (fen / 100).toLocaleString("zh-CN", { maximumFractionDigits: 0 });
  const names = [...new Set(flows.flatMap((flow) => [flow.source, flow.target]))];
  const worth = (name) => Math.max(
    flows.filter((flow) => flow.target === name).reduce((sum, flow) => sum + flow.fen, 0),
    flows.filter((flow) => flow.source === name).reduce((sum, flow) => sum + flow.fen, 0));
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: style.getPropertyValue("--tblr-font-sans-serif") },
    color: ["#1f5f8b", "#5c6670", "#1b6e3c", "#8a5a00", "#3f7fae", "#6d8a3c", "#7a5c8b"],
    series: [{
      type: "sankey", left: 4, right: 150, top: 8, bottom: 28, nodeGap: 24, emphasis: { disabled: true },
      data: names.map((name) => ({ name })),
      links: flows.map((flow) => ({ source: flow.source, target: flow.target, value: flow.fen })),
      lineStyle: { color: "gradient", opacity: .35 },
      label: {
        color: getComputedStyle(document.body).color, fontSize: 13,
        formatter: (node) => node.name + "\n" + yuan(worth(node.name)),
      },
    }],
  });
  addEventListener("resize", () => chart.resize());
})();
