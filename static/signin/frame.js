/* The frame's side of signing in, and out; loaded by every page that can show a panel.
 *
 * A button with data-sign-in and data-ctx opens the pop-up; a form with data-sign-out signs out. Frames on the same card
 * tell each other on a BroadcastChannel, so one sign-in serves all of them.
 */
(() => {
  "use strict";

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
    const popup = window.open("/signin/popup/", "_blank", "popup,width=520,height=700");
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
