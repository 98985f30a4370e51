// Starts Swagger UI on the description of this very host; what it sends carries the session's CSRF token.
// It is dark by a class of its own.
"use strict";

const root = document.documentElement;
const darken = () => root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark");
new MutationObserver(darken).observe(root, { attributeFilter: ["data-bs-theme"] });
darken();

addEventListener("DOMContentLoaded", () => {
  const page = document.getElementById("api");
  SwaggerUIBundle({
    domNode: page,
    url: page.dataset.openapi,
    presets: [SwaggerUIBundle.presets.apis],
    docExpansion: "none",
    filter: true,
    deepLinking: true,
    persistAuthorization: false,
    validatorUrl: null,
    withCredentials: true,
    requestInterceptor: (request) => {
      if (new URL(request.url, location.href).origin === location.origin) {
        request.headers["X-CSRFToken"] = page.dataset.csrf;
      }
      return request;
    },
  });
});
