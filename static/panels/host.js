/* A panel and what is around it: SuperOffice's own card, the reader's clock, and what he typed.
 *
 * Messages go to SuperOffice only from inside its frame, and only to the exact origin of the page that frames us, which
 * the server's frame-ancestors has limited to SuperOffice's hosts. Nothing is ever received.
 */
(() => {
  "use strict";

  const SHOWN_FOR = 6000; // ms that "Saved" stays to be seen; screen readers read it at once
  const embedded = window.parent !== window;
  const notice = () => document.getElementById("notice");

  /* SuperOffice's card. Its commands: refresh, soprotocol (an address without scheme). */

  function tellHost(message) {
    const host = location.ancestorOrigins?.[0] ?? referrerOrigin();
    if (embedded && host) window.parent.postMessage(message, host);
    return embedded && Boolean(host);
  }

  // Firefox before 148 has no ancestorOrigins; at a frame's first load the referrer is the page around it.
  function referrerOrigin() {
    const origin = document.referrer ? new URL(document.referrer).origin : "";
    return origin === location.origin ? "" : origin;
  }

  const changed = () => tellHost({ command: "refresh" });

  document.addEventListener("sidecard:changed", changed);

  // Saved by a plain form post, before htmx was there: told once, not again at a reload.
  const justSaved = location.hash === "#saved";
  if (justSaved) {
    history.replaceState(null, "", location.pathname + location.search);
    changed();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-soprotocol]");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!link || !plain) return;
    if (tellHost({ command: "soprotocol", arguments: link.dataset.soprotocol })) event.preventDefault();
  });

  /* Moments come in UTC; show them on the reader's clock, in the language the server wrote them in. */

  function localise(root) {
    for (const time of root.querySelectorAll("time[data-local]")) {
      const language = time.dataset.local || undefined;
      const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
      time.textContent = format.format(new Date(time.dateTime));
      time.removeAttribute("data-local");
    }
  }

  /* Requests by htmx. */

  document.addEventListener("htmx:configRequest", (event) => {
    const { headers, parameters } = event.detail;
    // The page's own token may be older than the cookie; the fresh one is in the header, and Django looks there last.
    if (headers["X-CSRFToken"]) delete parameters.csrfmiddlewaretoken;
  });

  // A response error is an answer that no panel makes (500, 502, 504): see htmx-config in base.html.
  for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(failure, () => say(notice().dataset.unreachable, "trouble-line"));
  }

  document.addEventListener("htmx:beforeRequest", () => notice()?.replaceChildren());

  function say(text, style) {
    const line = document.createElement("p");
    line.className = style;
    line.textContent = text;
    notice().replaceChildren(line);
  }

  /* What was typed outlives a reload: after signing in again, or when SuperOffice shows another card in between.
     It stays in this tab, under the address of its form, and goes when it is saved, given up, or on signing out. */

  const PREFIX = "sidecard:typed:";
  let store = null;
  try {
    store = window.sessionStorage;
  } catch {
    // A browser may keep storage from frames; then a reload loses what was typed, as on any page.
  }

  const address = (form) => PREFIX + form.getAttribute("action");

  function typed(form) {
    const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    return JSON.stringify(Object.fromEntries(fields));
  }

  function keep() {
    const form = document.querySelector("form[data-keep][data-touched]");
    if (store && form) store.setItem(address(form), typed(form));
  }

  function forget(form) {
    store?.removeItem(address(form));
  }

  function restore(form) {
    const kept = store?.getItem(address(form));
    if (!kept || form.hasAttribute("data-touched")) return;
    forget(form);
    form.setAttribute("data-touched", "");
    for (const [name, value] of Object.entries(JSON.parse(kept))) {
      const field = form.elements.namedItem(name);
      if (field) field.value = value;
    }
  }

  function reopen() {
    for (const opener of document.querySelectorAll("[data-opens]")) {
      const key = PREFIX + opener.getAttribute("href");
      if (justSaved) store?.removeItem(key);
      else if (store?.getItem(key)) opener.click();
    }
  }

  const touched = (form, yes) => form?.matches("[data-keep]") && form.toggleAttribute("data-touched", yes);

  function forgetAll() {
    for (const key of Object.keys(store ?? {})) if (key.startsWith(PREFIX)) store.removeItem(key);
    // What stands in a form now would be kept when the page goes.
    for (const form of document.forms) touched(form, false);
  }

  document.addEventListener("input", (event) => touched(event.target.form, true));

  document.addEventListener("click", (event) => {
    touched(event.target.closest?.("[data-give-up]")?.closest("form"), false);
  });

  document.addEventListener("submit", (event) => event.target.matches("[data-sign-out]") && forgetAll());
  document.addEventListener("sidecard:signed-out", forgetAll);

  window.addEventListener("pagehide", keep);

  document.addEventListener("htmx:load", (event) => {
    const root = event.detail.elt;
    localise(root);
    // Not autofocus: browsers refuse it to frames of another site.
    (root.matches?.("[data-focus]") ? root : root.querySelector?.("[data-focus]"))?.focus();
    if (root.matches?.(".saved")) setTimeout(() => root.remove(), SHOWN_FOR);
    const form = root.matches?.("form[data-keep]") ? root : root.querySelector?.("form[data-keep]");
    if (!form) return;
    // An answer that shows the form again, because something went wrong, still holds unsaved text.
    if (form.hasAttribute("data-unsaved")) form.setAttribute("data-touched", "");
    restore(form);
  });

  document.addEventListener("DOMContentLoaded", () => {
    localise(document);
    reopen();
  });
})();
