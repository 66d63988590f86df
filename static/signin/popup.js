/* The pop-up's first page: learn from the frame that opened us which hand-off this is, bind to it, leave for SuperID. */
(() => {
  "use strict";

  const PATIENCE = 20 * 1000; // ms until we say that nobody answers
  const status = document.getElementById("status");
  const opener = window.opener;
  let bound = false;

  function say(text) {
    status.textContent = text;
  }

  async function bind(verifier) {
    try {
      const response = await window.sidecard.post(`/signin/bind/${location.search}`, { verifier });
      const answer = await response.json();
      if (response.ok) location.replace(answer.location);
      else say(answer.error ?? status.dataset.failed);
    } catch {
      say(status.dataset.failed);
    }
  }

  window.addEventListener("message", (event) => {
    if (event.source !== opener || event.origin !== location.origin) return;
    if (event.data?.sidecard !== "verifier" || bound) return;
    bound = true;
    bind(String(event.data.verifier));
  });

  if (opener) {
    opener.postMessage({ sidecard: "ready" }, location.origin);
    setTimeout(() => bound || say(status.dataset.alone), PATIENCE);
  } else {
    say(status.dataset.alone);
  }
})();
