"use strict";
// The page's CSP allows scripts of our own origin only, so the few lines that start Swagger UI are a file.
const root = document.getElementById("api");
SwaggerUIBundle({
  url: root.dataset.schema,
  domNode: root,
  deepLinking: true,
  displayOperationId: false,
  persistAuthorization: false,
  validatorUrl: null,
});
