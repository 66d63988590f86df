/* The one script of a page beside htmx, in parts that share nothing but events and window.sidecard.
 *
 * It is loaded at once and not deferred: it only listens, and a click must find it as soon as there is a button.
 */
"use strict";

/* Tokens against cross-site requests, for every POST of ours.
 *
 * The cookie is HttpOnly, so a token is fetched right before each request. Several frames share one cookie jar and may
 * start with an empty one at the same moment: a lock lets them fetch one after the other, so the first one's cookie is
 * there for the second. What still goes wrong (a sign-in changes the cookie in between) is sent once more.
 *
 * window.sidecard.post(url, fields) is for our other scripts; htmx gets its tokens by the listeners below.
 */
(() => {
  const FAILED = "X-Csrf-Failed";

  async function fetchToken() {
    const response = await fetch("/csrf/", { credentials: "same-origin", cache: "no-store" });
    if (!response.ok) throw new Error(`no token: ${response.status}`);
    return (await response.json()).token;
  }

  /* A browser that keeps no storage for this frame has no locks for it either. */
  function token() {
    if (!navigator.locks) return fetchToken();
    return navigator.locks
      .request("sidecard-csrf", fetchToken)
      .catch((error) => (error.name === "SecurityError" ? fetchToken() : Promise.reject(error)));
  }

  async function send(url, fields) {
    return fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRFToken": await token(), Accept: "application/json" },
      body: new URLSearchParams(fields),
    });
  }

  async function post(url, fields = {}) {
    const response = await send(url, fields);
    return response.headers.has(FAILED) ? send(url, fields) : response;
  }

  window.sidecard = { ...window.sidecard, post };

  /* htmx 2: "confirm" comes before each request and lets us delay it; "configRequest" is where headers are set. */
  const tokens = new WeakMap(); // element → token for the request it is about to send
  const sending = new WeakMap(); // element → how to send its last request again
  const fetching = new WeakSet();

  async function issueWithToken(element, issue) {
    if (fetching.has(element)) return; // a second click while the token is on its way
    fetching.add(element);
    try {
      tokens.set(element, await token());
    } catch {
      tokens.delete(element); // offline, most likely: the request itself will fail and say so
    } finally {
      fetching.delete(element);
    }
    issue();
  }

  document.addEventListener("htmx:confirm", (event) => {
    const { verb, elt, issueRequest } = event.detail;
    if (verb === "get" || event.defaultPrevented) return;
    event.preventDefault();
    sending.set(elt, () => issueRequest(true));
    issueWithToken(elt, () => issueRequest(false));
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, headers } = event.detail;
    if (!tokens.has(elt)) return;
    headers["X-CSRFToken"] = tokens.get(elt);
    tokens.delete(elt);
  });

  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    const again = sending.get(elt);
    if (!again) return;
    sending.delete(elt);
    if (xhr.getResponseHeader(FAILED) === null) return;
    event.preventDefault();
    issueWithToken(elt, again);
  });
})();

/* The frame's side of signing in, and out.
 *
 * A button with data-sign-in and data-ctx opens the pop-up; a form with data-sign-out signs out. Frames on the same card
 * tell each other on a BroadcastChannel, so one sign-in serves all of them.
 */
(() => {
  const ASK_EVERY = 1500; // ms
  const DEADLINE = 10 * 60 * 1000; // ms; the server forgets the hand-off then
  const siblings = new BroadcastChannel("sidecard-sign-in");
  let attempt = null; // the one under way; a new click replaces it

  siblings.addEventListener("message", (event) => {
    const { signedIn: inTo, signedOut: outOf } = event.data;
    if (inTo !== undefined) signedIn(inTo);
    else if (isShownFor(outOf)) signedOut();
  });

  function signedOut() {
    document.dispatchEvent(new Event("sidecard:signed-out"));
    location.reload();
  }

  /* Frames of several customers may share these messages: only those concerned may lose their page. */
  function isShownFor(ctx) {
    const shown = document.querySelector("[data-sign-out] [name=ctx]")?.value;
    return shown !== undefined && (!ctx || shown.toLowerCase() === ctx.toLowerCase());
  }

  /* A panel that waits is loaded anew. Where a form waits, what was typed must stay: it only says that it can be sent. */
  function signedIn(ctx) {
    const buttons = [...document.querySelectorAll("[data-sign-in]")];
    const concerned = buttons.filter((button) => button.dataset.ctx.toLowerCase() === ctx.toLowerCase());
    const places = concerned.map((button) => button.closest("[data-sign-in-panel]"));
    const forms = places.filter((place) => place.dataset.signInPanel !== "whole");
    for (const place of forms) {
      place.querySelector("[data-sign-in]").hidden = true;
      const status = place.querySelector("[data-sign-in-status]");
      status.textContent = status.dataset.done;
    }
    if (places.length && !forms.length) location.reload();
  }

  function say(button, what) {
    const status = button.closest("[data-sign-in-panel]")?.querySelector("[data-sign-in-status]");
    if (status) status.textContent = status.dataset[what] ?? "";
    if (status && what !== "blocked") button.textContent = status.dataset.again;
  }

  class Attempt {
    constructor(button, popup) {
      this.button = button;
      this.popup = popup;
      this.until = Date.now() + DEADLINE;
      this.verifier = window.sidecard
        .post("/signin/begin/", { ctx: button.dataset.ctx })
        .then((response) => (response.ok ? response.json() : Promise.reject(new Error(`begin: ${response.status}`))))
        .then((answer) => answer.verifier);
      this.listen = (event) => this.hear(event);
      window.addEventListener("message", this.listen);
      this.verifier.then(() => this.askAgain(), () => this.end("failed"));
      say(button, "waiting");
    }

    end(what) {
      clearTimeout(this.timer);
      window.removeEventListener("message", this.listen);
      this.ended = true;
      if (what) say(this.button, what);
      if (what === "failed") this.popup.close();
    }

    async hear(event) {
      if (event.origin !== location.origin || event.source !== this.popup) return;
      if (event.data?.sidecard === "ready") {
        const verifier = await this.verifier.catch(() => null);
        if (verifier) this.popup.postMessage({ sidecard: "verifier", verifier }, location.origin);
      }
      if (event.data?.sidecard === "done") this.ask(); // a mere hint: the server says whether it is true
    }

    askAgain() {
      // Never ask whether the pop-up is closed: it looks so as soon as the identity provider severs it from us.
      if (this.ended) return;
      if (Date.now() > this.until) this.end("late");
      else this.timer = setTimeout(() => this.ask(), ASK_EVERY);
    }

    async ask() {
      clearTimeout(this.timer);
      if (this.ended || this.asking) return;
      this.asking = true;
      try {
        const response = await window.sidecard.post("/signin/complete/", { verifier: await this.verifier });
        if (response.status === 200) return this.succeed();
      } catch {
        // The network is away for a moment; the next round asks again.
      } finally {
        this.asking = false;
      }
      this.askAgain();
    }

    succeed() {
      this.end();
      const { ctx } = this.button.dataset;
      siblings.postMessage({ signedIn: ctx });
      signedIn(ctx);
    }
  }

  function signIn(button) {
    attempt?.end();
    // First of all and at once: later the browser no longer sees the click behind it.
    const address = `/signin/popup/?lang=${document.documentElement.lang}`;
    const popup = window.open(address, "_blank", "popup,width=520,height=700");
    attempt = popup ? new Attempt(button, popup) : null;
    if (!popup) say(button, "blocked");
  }

  async function signOut(form) {
    const fields = new FormData(form);
    const response = await window.sidecard.post(form.action, fields);
    if (response.ok) siblings.postMessage({ signedOut: fields.get("ctx") });
    location.reload();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-sign-in]");
    if (button) signIn(button);
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-sign-out]")) return;
    event.preventDefault();
    signOut(event.target);
  });
})();

/* Comboboxes (WAI-ARIA): a select that is long or looked up (data-suggest) is searched by typing; unseen, it holds the
 * value. */
(() => {
  const SHORTEST = 3; // letters
  const PARTS =
    '<input role="combobox" aria-autocomplete="list"><ul role="listbox" class="options"></ul>' +
    '<p class="hint" role="status"></p>';

  const isNone = ({ value }) => !value || value === "0";

  class Combobox {
    constructor(select) {
      this.select = select;
      this.source = select.closest("[data-suggest]")?.dataset;
      this.near = [...select.options].filter((option) => !isNone(option)); // offered before anything is looked up
      const box = document.createElement("div");
      box.className = "combobox";
      box.innerHTML = PARTS;
      const [input, list, hint] = box.children;
      Object.assign(this, { input, list, hint });
      for (const { name, value } of select.attributes) {
        if (name !== "name" && name !== "data-combobox") input.setAttribute(name, value);
      }
      input.id += "-text";
      input.autocomplete = "off";
      list.id = `${input.id}-list`;
      input.setAttribute("aria-controls", list.id);
      const [label] = select.labels;
      label.htmlFor = input.id;
      list.ariaLabel = label.textContent;
      select.after(box);
      this.settle();
      select.addEventListener("change", () => this.settle());
      input.addEventListener("input", () => this.typed());
      input.addEventListener("keydown", (event) => this.key(event));
      input.addEventListener("click", () => list.hidden && this.offer(""));
      input.addEventListener("blur", () => this.leave());
      list.addEventListener("mousedown", (event) => event.preventDefault()); // keep focus
      list.addEventListener("click", (event) => this.take(event.target.option));
    }

    settle() {
      const [chosen] = this.select.selectedOptions;
      this.input.value = chosen && !isNone(chosen) ? chosen.text : "";
      this.show([]);
    }

    leave() {
      clearTimeout(this.timer);
      const none = [...this.select.options].find(isNone);
      if (this.input.value.trim() || !none) this.settle();
      else this.take(none);
    }

    typed() {
      clearTimeout(this.timer);
      this.asked = null;
      const text = this.input.value.trim();
      if (!this.source) this.offer(text);
      else if (text.length < SHORTEST) this.offer(text, text && this.source.hint);
      else this.timer = setTimeout(() => this.lookUp(text), 300);
    }

    async lookUp(text) {
      const { form, name, options } = this.select;
      const asked = (this.asked = {});
      const fields = { basis: form.elements.namedItem("basis").value, [`find-${name}`]: text };
      const answer = await window.sidecard
        .post(this.source.suggest, fields)
        .then((response) => response.json())
        .catch(() => ({ options: [], hint: document.getElementById("notice").dataset.unreachable }));
      if (this.asked !== asked || this.input !== document.activeElement) return;
      for (const option of [...options]) {
        if (!option.selected && !isNone(option) && !this.near.includes(option)) option.remove();
      }
      for (const { value, text: label } of answer.options) {
        if (![...options].some((one) => one.value === value)) this.select.add(new Option(label, value));
      }
      this.show([...options].filter(({ value }) => answer.options.some((one) => one.value === value)), answer.hint);
    }

    offer(text, hint) {
      const words = text.toLowerCase().split(/\s+/);
      const fits = (option) => words.every((word) => option.text.toLowerCase().includes(word));
      this.show((this.source ? this.near : [...this.select.options]).filter(fits), hint);
    }

    show(options, hint = "") {
      const { input, list } = this;
      list.replaceChildren();
      let heading = "";
      for (const option of options) {
        const group = option.parentElement.label ?? "";
        if (group && group !== heading) this.add({ role: "presentation", className: "heading", textContent: group });
        heading = group;
        const id = `${list.id}-${option.index}`;
        this.add({ role: "option", id, ariaSelected: option.selected, textContent: option.text, option });
      }
      this.hint.textContent = hint;
      list.hidden = !options.length;
      input.ariaExpanded = !list.hidden;
      if (!list.hidden) list.scrollIntoView({ block: "nearest" });
      this.mark(null);
    }

    add(what) {
      this.list.append(Object.assign(document.createElement("li"), what));
    }

    key(event) {
      const items = [...this.list.querySelectorAll("[role=option]")];
      const at = items.indexOf(this.marked);
      const { key } = event;
      if (key === "ArrowDown" && !items.length) this.offer("");
      else if (!items.length) return;
      else if (key === "ArrowDown") this.mark(items[(at + 1) % items.length]);
      else if (key === "ArrowUp") this.mark(items.at(Math.max(at, 0) - 1));
      else if (key === "Enter") this.take((this.marked ?? items[0]).option);
      else if (key === "Escape") this.settle();
      else return;
      event.preventDefault();
    }

    mark(item) {
      this.marked?.classList.remove("marked");
      this.marked = item;
      item?.classList.add("marked");
      item?.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", item?.id ?? "");
    }

    take(option) {
      if (!option) return;
      option.selected = true;
      this.select.dispatchEvent(new Event("input", { bubbles: true }));
      this.settle();
    }
  }

  // Before it is painted
  new MutationObserver(() => {
    for (const select of document.querySelectorAll("select[data-combobox]:not(:has(+ .combobox))")) new Combobox(select);
  }).observe(document, { childList: true, subtree: true });
})();

/* A panel and what is around it: SuperOffice's own card, the reader's clock, and what he typed.
 *
 * Messages go to SuperOffice only from inside its frame, and only to the exact origin of the page that frames us, which
 * the server's frame-ancestors has limited to SuperOffice's hosts. Nothing is ever received.
 */
(() => {
  const SHOWN_FOR = 6000; // ms that "Saved" stays to be seen; screen readers read it at once
  const LATE = 1000; // ms after which who cannot see that something is under way is told
  const QUIET = "[data-settles], [data-watch]"; // what a page asks by itself disturbs nobody
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

  /* Moments come in UTC; show them on the reader's clock, in the language the server wrote them in. Each is rewritten
     before it is first painted, in the page as in what htmx puts there: afterwards, what is below it might move. */

  function localise() {
    for (const time of document.querySelectorAll("time[data-local]")) {
      const language = time.dataset.local || undefined;
      const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
      time.textContent = format.format(new Date(time.dateTime));
      time.removeAttribute("data-local");
    }
    // A form that asks for a time is told by which clock it is meant; without scripts it is UTC, as its hint says.
    for (const input of document.querySelectorAll("input[data-zone]")) {
      input.value = new Intl.DateTimeFormat().resolvedOptions().timeZone;
      document.getElementById(input.dataset.zone).textContent = input.value.replaceAll("_", " ");
      input.removeAttribute("data-zone");
    }
  }

  new MutationObserver(localise).observe(document, { childList: true, subtree: true });

  /* Requests by htmx. */

  document.addEventListener("htmx:configRequest", (event) => {
    const { headers, parameters } = event.detail;
    // The page's own token may be older than the cookie; the fresh one is in the header, and Django looks there last.
    if (headers["X-CSRFToken"]) delete parameters.csrfmiddlewaretoken;
  });

  // A response error is an answer that no panel makes (500, 502, 504): see htmx-config in base.html.
  for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(failure, ({ detail }) => {
      if (!detail.elt.matches(QUIET)) say(notice().dataset.unreachable, "trouble-line");
    });
  }

  // What was pressed looks done at once; an answer that says otherwise puts back what was.
  const press = ({ requestConfig: { triggeringEvent } }, yes) =>
    triggeringEvent?.submitter?.toggleAttribute("data-pressed", yes);

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    const { elt, xhr } = detail;
    press(detail, true);
    if (!notice() || elt.matches(QUIET)) return;
    notice().replaceChildren();
    xhr.late = setTimeout(() => say(notice().dataset.late, "hidden"), LATE);
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    press(detail, false);
    clearTimeout(detail.xhr.late);
    notice()?.querySelector(".hidden")?.remove();
  });

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
      if (!field) continue;
      if (field.closest?.("[data-suggest]") && value) field.add(new Option(value.replace(/^\d+:/, ""), value));
      field.value = value;
      if (field.matches?.("select")) field.dispatchEvent(new Event("change"));
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

  // A moment later, when long lists have become comboboxes, and before anybody can type.
  document.addEventListener("htmx:load", (event) => queueMicrotask(() => arrived(event.detail.elt)));

  function arrived(root) {
    if (root === document.body) reopen(); // htmx is ready for the clicks of this page
    // Not autofocus: browsers refuse it to frames of another site.
    const focus = "[data-focus]:not([data-combobox])";
    (root.matches?.(focus) ? root : root.querySelector?.(focus))?.focus();
    if (root.matches?.(".saved")) setTimeout(() => root.remove(), SHOWN_FOR);
    const form = root.matches?.("form[data-keep]") ? root : root.querySelector?.("form[data-keep]");
    if (!form) return;
    // An answer that shows the form again, because something went wrong, still holds unsaved text.
    if (form.hasAttribute("data-unsaved")) form.setAttribute("data-touched", "");
    restore(form);
  }
})();

/* A page painted from what was seen a moment ago asks whether it is still so (data-settles). It settles quietly: whoever
 * has begun to work in it keeps it, as does who asks while SuperOffice does not answer. It then says since when it
 * stands, by a link that loads the page anew.
 */
(() => {
  const isAtWork = () =>
    document.querySelector("form[data-keep], .htmx-request:not([data-settles], [data-watch])") !== null ||
    document.activeElement !== document.body ||
    document.getSelection().type === "Range";

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, xhr } = event.detail; // its elt is where the answer would go
    const settles = requestConfig.elt.matches("[data-settles]");
    if (settles && (xhr.status === 503 || isAtWork())) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = event.detail;
    if (!elt.matches("[data-settles]") || !elt.isConnected) return;
    const link = elt.querySelector("a");
    if (xhr.status === 204 && link !== document.activeElement) elt.remove();
    else sayWhen(link, Date.now() - 1000 * elt.dataset.age);
  });

  /* "A moment ago" would soon be wrong. */
  function sayWhen(link, moment) {
    const time = new Intl.DateTimeFormat(link.dataset.language, { timeStyle: "short" }).format(moment);
    link.textContent = link.dataset.stays.replace("{time}", time);
  }
})();

/* While somebody can see it, a panel asks now and then whether its record was changed (data-watch). */
(() => {
  const ASK_EVERY = 20000; // ms

  function look() {
    if (document.visibilityState !== "visible") return;
    for (const place of document.querySelectorAll("[data-watch]")) place.dispatchEvent(new Event("sidecard:look"));
  }

  setInterval(look, ASK_EVERY);
  document.addEventListener("visibilitychange", look);
})();

/* The search in the head of our own pages: "/" leads to it, arrow keys through its hits, Escape empties it. */
(() => {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const find = document.querySelector(".find");
    if (!find || event.ctrlKey || event.altKey || event.metaKey) return;
    const words = find.elements.search;
    const stops = [words, ...find.querySelectorAll(".hits a")];
    const now = stops.indexOf(target);
    const step = { ArrowDown: 1, ArrowUp: stops.length - 1 }[key];
    if (key === "/" && !target.matches("input, select, textarea")) words.focus();
    else if (step && now >= 0) stops[(now + step) % stops.length].focus();
    else if (key === "Escape" && find.contains(target)) {
      find.dispatchEvent(new Event("htmx:abort"));
      words.value = "";
      find.querySelector(".found").replaceChildren();
      words.focus();
    } else return;
    event.preventDefault();
  });
})();
