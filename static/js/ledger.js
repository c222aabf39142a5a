// Small comforts; every page works without them. No inline handlers, no eval: it stands under a strict CSP.
(function () {
  "use strict";
  // The summary of errors takes the focus, so that a keyboard and a screen reader meet it first.
  var errors = document.getElementById("errors");
  if (errors) { errors.focus(); }

  // Enter in a one-line field moves on instead of saving half a form; Alt+S saves.
  document.addEventListener("keydown", function (event) {
    var field = event.target;
    if (event.key !== "Enter" || !field.form || !field.form.hasAttribute("data-enter-moves")) { return; }
    if (field.tagName !== "INPUT" && field.tagName !== "SELECT") { return; }
    event.preventDefault();
    var fields = Array.prototype.filter.call(field.form.elements, function (one) {
      return one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && one.offsetParent !== null;
    });
    var next = fields[fields.indexOf(field) + 1];
    if (next) { next.focus(); }
  });

  // Alt with the letter of an accesskey, the same in every browser: S saves, N registers, F searches.
  document.addEventListener("keydown", function (event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.key.length !== 1) { return; }
    var target = document.querySelector('[accesskey="' + CSS.escape(event.key.toLowerCase()) + '"]');
    if (!target) { return; }
    event.preventDefault();
    if (target.tagName === "INPUT") { target.focus(); target.select(); } else { target.click(); }
  });

  // A form is sent once, however often the button is pressed.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
    if (form.method === "post" && !form.hasAttribute("hx-post")) { form.setAttribute("data-sent", ""); }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { form.removeAttribute("data-sent"); });
  });

  // Choosing a filter asks at once.
  document.addEventListener("change", function (event) {
    var form = event.target.form;
    if (form && form.hasAttribute("data-filters") && event.target.tagName === "SELECT") { form.requestSubmit(); }
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) { window.print(); return; }
    var more = event.target.closest("[data-show]");
    if (more) {
      document.querySelectorAll(more.getAttribute("data-show")).forEach(function (part) { part.hidden = false; });
      more.hidden = true;
    }
  });
})();
