"use strict";
// Starts Swagger UI. It is a file because the page's CSP forbids inline scripts.
const root = document.getElementById("api");
const dark = matchMedia("(prefers-color-scheme: dark)");
const followTheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followTheme);
followTheme();

// An operation's heading is a button: a link inside of it would not be accessible.
const PlainNames = (system) => ({
  wrapComponents: {
    DeepLink: () => ({ text }) => system.React.createElement("span", null, text),
    ServersContainer: () => () => null, // there is one
  },
});

// Adds names for screen readers where Swagger UI has none, or another than the visible text.
new MutationObserver(() => {
  for (const field of root.querySelectorAll("select, textarea, input")) {
    if (field.labels?.length || field.ariaLabel) continue;
    const row = field.closest("[data-param-name]");
    field.ariaLabel = row ? row.dataset.paramName : field.matches(".examples-select-element") ? "Example" : "Body";
  }
  root.querySelectorAll(".close-modal").forEach((button) => { button.ariaLabel = "Close"; });
  root.querySelectorAll(".microlight").forEach((code) => { code.tabIndex = 0; }); // scrolls by keyboard
  root.querySelectorAll(".auth-btn-wrapper button").forEach((button) => button.removeAttribute("aria-label"));
}).observe(root, { childList: true, subtree: true });

const ui = SwaggerUIBundle({
  url: root.dataset.schema,
  domNode: root,
  deepLinking: true,
  displayOperationId: false,
  persistAuthorization: false,
  validatorUrl: null,
  syntaxHighlight: false, // its colours have too little contrast
  plugins: [PlainNames],
  // "Try it out" of a login, or of its refresh, logs the page in.
  responseInterceptor: (response) => {
    if (response.ok && /\/auth\/token(\/refresh)?$/.test(response.url)) {
      ui.preauthorizeApiKey("bearer", response.body.access);
    }
    return response;
  },
});
