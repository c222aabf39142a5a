// Small comforts; every page works without them. No inline handlers, no eval: it stands under a strict CSP.
(function () {
  "use strict";
  // The summary of errors takes the focus, so that a keyboard and a screen reader meet it first.
  var errors = document.getElementById("errors");
  if (errors) { errors.focus(); }

  // A long navigation is moved until the page that is open stands in it.
  var here = document.querySelector(".side [aria-current]");
  var side = here && here.closest(".side");
  if (side) { side.scrollTop = here.offsetTop + here.offsetHeight + 24 - side.clientHeight; }

  // Enter in a one-line field moves on instead of saving half a form; Alt+S saves. The Enter that takes a word from an input method
  // (229 in a browser that ends the composition first) is the input method's.
  document.addEventListener("keydown", function (event) {
    var field = event.target;
    if (event.isComposing || event.keyCode === 229) { return; }
    if (event.key !== "Enter" || !field.form || !field.form.hasAttribute("data-enter-moves")) { return; }
    if (field.tagName !== "INPUT" && field.tagName !== "SELECT" || field.type === "file") { return; }  // Enter chooses a file.
    event.preventDefault();
    var fields = Array.prototype.filter.call(field.form.elements, function (one) {
      return one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && one.offsetParent !== null;
    });
    var next = fields[fields.indexOf(field) + 1];
    if (next) { next.focus(); }
  });

  // Alt with the letter of an accesskey, the same in every browser: S saves, N registers, F searches. A page without its own N or F
  // has the navigation's; Alt+/ tells the keys.
  document.addEventListener("keydown", function (event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.isComposing) { return; }
    // An input method may call the key by another name (Process, or 、 for /): then the place on the keyboard tells.
    var place = /^Key[A-Z]$/.test(event.code) ? event.code.charAt(3) : event.code === "Slash" ? "/" : "";
    var key = CSS.escape((/^[\x21-\x7e]$/.test(event.key) ? event.key : place).toLowerCase());
    if (!key) { return; }
    var target = document.querySelector('[accesskey="' + key + '"]') || document.querySelector('[data-key="' + key + '"]');
    if (!target) { return; }
    event.preventDefault();
    if (target.tagName === "INPUT") { target.focus(); target.select(); } else { target.click(); }
  });

  // A form is sent once, however often the button is pressed.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
    if (form.method === "post" && !form.hasAttribute("hx-post") && !form.hasAttribute("data-stays")) { form.setAttribute("data-sent", ""); }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { form.removeAttribute("data-sent"); });
  });

  // A list fetched anew (the villages of a town) keeps what somebody quick has chosen in it already.
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.target.tagName === "SELECT") { event.target.setAttribute("data-chosen", event.target.value); }
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    var list = event.target, chosen = list.tagName === "SELECT" && list.getAttribute("data-chosen");
    if (chosen && Array.prototype.some.call(list.options, function (one) { return one.value === chosen; })) { list.value = chosen; }
  });

  // A whole ID number fills in other fields (data-fills). They are out of the hand's way as soon as it is typed, not only when the answer
  // comes: who is quick meets the next field to type. An answer that fills nothing gives them back.
  document.addEventListener("change", function (event) {
    var fills = event.target.getAttribute("data-fills"), number = event.target.value;
    if (!fills || !navigator.onLine || !/^(\d{15}|\d{17}[\dXx])$/.test(number.normalize("NFKC").replace(/[\s'`’‘-]/g, ""))) { return; }
    document.querySelectorAll(fills).forEach(function (field) {
      if (field.readOnly) { return; }
      field.readOnly = true; field.tabIndex = -1; field.setAttribute("data-waits", "");
    });
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var filler = document.querySelector("[data-fills]");
    if (!filler || event.detail.requestConfig.parameters[filler.name] !== filler.value) { return; }
    document.querySelectorAll("[data-waits]").forEach(function (field) {
      field.readOnly = false; field.removeAttribute("tabindex"); field.removeAttribute("data-waits");
    });
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

// One box ticks every box of a name, or none; how many are ticked is said where the page asks for it.
(function () {
  "use strict";
  function named(name) {
    return Array.prototype.slice.call(document.querySelectorAll('input[type="checkbox"][name="' + CSS.escape(name) + '"]'));
  }
  function tell(name) {
    var boxes = named(name), ticked = boxes.filter(function (box) { return box.checked; }).length;
    document.querySelectorAll('[data-check-all="' + CSS.escape(name) + '"]').forEach(function (all) {
      all.hidden = boxes.length === 0;
      all.checked = ticked > 0 && ticked === boxes.length;
    });
    document.querySelectorAll('[data-ticked="' + CSS.escape(name) + '"]').forEach(function (place) {
      if (!place.hasAttribute("data-none")) { place.setAttribute("data-none", place.textContent); }
      place.textContent = ticked ? "已勾选 " + ticked + " 行" : place.getAttribute("data-none");
    });
  }
  document.addEventListener("change", function (event) {
    var all = event.target.getAttribute("data-check-all");
    if (all) { named(all).forEach(function (box) { box.checked = event.target.checked; }); }
    if (all || event.target.type === "checkbox") { tell(all || event.target.name); }
  });
  function tellAll() {
    document.querySelectorAll("[data-check-all]").forEach(function (all) { tell(all.getAttribute("data-check-all")); });
  }
  window.addEventListener("pageshow", tellAll);
})();

// A hospital's phrase is put into the line it belongs to; without a script its button asks the server to do so.
(function () {
  "use strict";
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-phrase]");
    var field = button && document.getElementById(button.getAttribute("data-into"));
    if (!field) { return; }
    event.preventDefault();
    field.value = [field.value.trim(), button.getAttribute("data-phrase")].filter(Boolean).join("；");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
})();
