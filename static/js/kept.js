// What was typed into a form marked data-keep survives a session that ran out and a network that dropped: it stays in this tab
// (sessionStorage, never longer) until the server has saved it, the person signs out, or somebody else signs in here.
(function () {
  "use strict";
  var PREFIX = "kept:", HOURS = 12, body = document.body, staff = body.getAttribute("data-staff"), store;
  try { store = window.sessionStorage; store.getItem(PREFIX); } catch (refused) { return; }

  function all() {
    var keys = [];
    for (var i = 0; i < store.length; i += 1) { if (store.key(i).indexOf(PREFIX) === 0) { keys.push(store.key(i)); } }
    return keys;
  }
  function read(key) { try { return JSON.parse(store.getItem(key)); } catch (broken) { return null; } }
  function write(key, draft) { try { store.setItem(key, JSON.stringify(draft)); } catch (full) { store.removeItem(key); } }
  function forget(keys) { keys.forEach(function (key) { store.removeItem(key); }); }

  // A page may say that a form was turned away unsaved; at the door nothing else is known, not even who will sign in.
  if (body.hasAttribute("data-lost")) {
    all().forEach(function (key) { var draft = read(key); if (draft) { draft.sent = false; write(key, draft); } });
  }
  if (!staff) { return; }

  var saved = (body.getAttribute("data-saved") || "").split(" "), answered = body.hasAttribute("data-answer");
  forget(all().filter(function (key) {
    var draft = read(key);
    return key.indexOf(PREFIX + staff + ":") !== 0 || !draft || saved.indexOf(draft.id) >= 0 || Date.now() - draft.at > HOURS * 3600000;
  }));

  // ---- what is kept of a form: the fields that differ from what the server sent, never a secret, a file or a hidden field ----
  var NEVER = ["hidden", "password", "file", "submit", "button", "reset", "image"];
  function fields(form) {
    var seen = {};
    return Array.prototype.filter.call(form.elements, function (one) {
      return one.name && one.form === form && NEVER.indexOf(one.type) < 0 && one.tagName !== "BUTTON" && one.tagName !== "FIELDSET";
    }).map(function (one) {
      seen[one.name] = (seen[one.name] || 0) + 1;
      return {name: one.name, place: seen[one.name] - 1, control: one};
    });
  }
  var loaded = new Map();  // What every choice stood at when the page came: its options may be fetched anew.
  document.querySelectorAll("form[data-keep] select").forEach(function (one) { loaded.set(one, one.value); });
  function ticks(control) { return control.type === "checkbox" || control.type === "radio"; }
  function asSent(control) {
    if (ticks(control)) { return control.checked === control.defaultChecked; }
    if (control.tagName !== "SELECT") { return control.value === control.defaultValue; }
    return control.value === (loaded.has(control) ? loaded.get(control) : "");
  }
  // ``known`` are fields kept before: a form that came back with its faults calls what was typed its own.
  function snapshot(form, known) {
    return fields(form).filter(function (one) {
      return !asSent(one.control) || known.some(function (kept) { return kept.name === one.name && kept.place === one.place; });
    }).map(function (one) {
      var control = one.control, option = control.tagName === "SELECT" && control.options[control.selectedIndex];
      return {name: one.name, place: one.place, value: control.value, on: ticks(control) ? control.checked : null, words: option ? option.text : ""};
    });
  }
  function version(form) { return form.querySelector('input[type="hidden"][name="version"]'); }
  function fresh() {
    return Array.prototype.map.call(window.crypto.getRandomValues(new Uint8Array(8)), function (n) { return ("0" + n.toString(16)).slice(-2); }).join("");
  }

  // ---- putting it back ----
  function find(form, kept) {
    return fields(form).filter(function (one) { return one.name === kept.name && one.place === kept.place; }).map(function (one) { return one.control; })[0];
  }
  function put(control, kept) {
    var hidden = control.closest("[hidden]");
    if (hidden) { hidden.hidden = false; }
    if (kept.on !== null) { control.checked = kept.on; return; }
    if (control.tagName === "SELECT" && !Array.prototype.some.call(control.options, function (option) { return option.value === kept.value; })) {
      control.add(new Option(kept.words, kept.value));
    }
    control.value = kept.value;
  }
  function restore(form, draft) {
    var late = [], number = version(form);
    draft.fields.forEach(function (kept) {
      var control = find(form, kept);
      if (control) { put(control, kept); } else { late.push(kept); }
      if (control && control.tagName === "SELECT") { late.push(kept); }
    });
    // The record changed meanwhile: saved as of then, so that the server shows the differences before anything is overwritten.
    if (number && draft.version && number.value !== draft.version) { number.value = draft.version; }
    // A choice that another field fetches (the villages of a town), and a box that a check brings, come after the answer.
    function again() { late.forEach(function (kept) { var control = find(form, kept); if (control) { put(control, kept); } }); }
    document.addEventListener("htmx:afterSettle", again);
    window.setTimeout(function () { document.removeEventListener("htmx:afterSettle", again); }, 5000);
    draft.fields.forEach(function (kept) {
      var control = find(form, kept);
      if (control) { control.dispatchEvent(new Event("change", {bubbles: true})); }
    });
  }

  function button(words, act) {
    var one = document.createElement("button");
    one.type = "button"; one.className = "btn btn-sm btn-plain"; one.textContent = words;
    one.addEventListener("click", act);
    return one;
  }
  function offer(form, draft, done) {
    var bar = document.createElement("div"), words = document.createElement("p"), at = new Date(draft.at);
    var time = ("0" + at.getHours()).slice(-2) + ":" + ("0" + at.getMinutes()).slice(-2), number = version(form);
    words.textContent = (draft.sent ? "上次填写的内容可能没有保存（" + time + "）。请先看看有没有存上，再恢复。" : "上次填写的内容还没有保存（" + time + "）。") +
      (number && draft.version && number.value !== draft.version ? "这份资料后来改过，恢复后保存时会先列出差异。" : "");
    bar.className = "notice warn mb-form kept"; bar.setAttribute("role", "status");
    bar.append(words, button("恢复", function () { bar.remove(); restore(form, draft); done(true); }), button("不要了", function () { bar.remove(); done(false); }));
    form.prepend(bar);
  }

  var leaving = false;  // Signing out: nothing is kept on the way.
  // A form that is not always on its page, or is one of several kinds there, has a name (data-keep="…"); the others go by their number.
  function keyed(form, forms) {
    var name = form.getAttribute("data-keep"), unnamed = forms.filter(function (one) { return !one.getAttribute("data-keep"); });
    // One that comes back with its faults under the address of a button says which page it belongs to (data-page).
    return PREFIX + staff + ":" + (form.getAttribute("data-page") || location.pathname) + ":" + (name || unnamed.indexOf(form));
  }
  document.querySelectorAll("form[data-keep]").forEach(function (form, index, forms) {
    var key = keyed(form, Array.prototype.slice.call(forms)), draft = read(key), id = draft ? draft.id : fresh(), timer = 0;
    var mine = draft && answered && draft.sent;  // This page is the answer to this form, and not to another one on it.
    var there = draft && JSON.stringify(draft.fields) === JSON.stringify(snapshot(form, draft.fields)), known = mine || there ? draft.fields : [];
    function keep(sent) {
      window.clearTimeout(timer); timer = 0;
      var now = snapshot(form, known), number = version(form);
      if (!now.length && !sent) { store.removeItem(key); return; }
      if (now.length) { write(key, {id: id, at: Date.now(), sent: sent === true, version: number ? number.value : "", fields: now}); }
    }
    function typed() { window.clearTimeout(timer); timer = window.setTimeout(keep, 300); }
    function drop() { store.removeItem(key); id = fresh(); known = []; }
    form.autocomplete = "off";  // Or the browser itself shows it to whoever signs in next and goes back to the page.
    if (mine) {
      draft.sent = false; write(key, draft);  // The form came back with its faults: it holds what was typed.
    } else if (draft && !there) {
      offer(form, draft, function (wanted) { if (wanted) { keep(); } else { drop(); } });
    } else if (draft && !answered && !snapshot(form, []).length) {
      drop();  // The server has all of it already.
    }
    // A form's fields may stand elsewhere on the page (form="…").
    function heard(event) { if (event.target.form === form) { typed(); } }
    document.addEventListener("input", heard);
    document.addEventListener("change", heard);
    window.addEventListener("pagehide", function () { if (timer && !leaving) { keep(); } });
    form.addEventListener("submit", function (event) {
      if (event.defaultPrevented) { return; }
      var mark = form.querySelector('input[name="kept_draft"]') || form.appendChild(Object.assign(document.createElement("input"), {type: "hidden", name: "kept_draft"}));
      mark.value = id;
      keep(true);
    });
  });

  document.querySelectorAll("form[data-leaves]").forEach(function (form) {
    form.addEventListener("submit", function () { leaving = true; forget(all()); });
  });

  // ---- without network: nothing is sent into the void ----
  var bar = null;
  function say(words, calm) {
    if (!bar) {
      bar = document.createElement("div");
      document.getElementById("main").prepend(bar);
    }
    bar.className = "notice mb-form offline" + (calm ? "" : " warn");
    bar.setAttribute("role", calm ? "status" : "alert");
    bar.textContent = words;
  }
  function gone() { say("网络断开了，填写的内容留在本页；恢复后再保存。"); }
  window.addEventListener("offline", gone);
  window.addEventListener("online", function () { say("网络恢复了，可以保存。", true); });
  if (!navigator.onLine) { gone(); }
  document.addEventListener("submit", function (event) {
    if (!navigator.onLine) { event.preventDefault(); event.stopImmediatePropagation(); gone(); bar.scrollIntoView({block: "nearest"}); }
  }, true);
  document.addEventListener("htmx:beforeRequest", function (event) { if (!navigator.onLine) { event.preventDefault(); gone(); } });
  document.addEventListener("htmx:sendError", function () { say("连不上服务器，填写的内容留在本页；恢复后再保存。"); });
})();
