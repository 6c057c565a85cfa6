// Starts the OpenAPI page. A file of its own, because the page's policy allows no script in the page.
// The schema's address stands on the page, so that a market under /{bureau} finds its own.
const place = document.getElementById("openapi");

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  // The viewer would otherwise send the schema's address to a public checker.
  validatorUrl: null,
});
