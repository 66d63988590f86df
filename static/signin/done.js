/* The pop-up's last page: hint at the frame, where SuperID left us a way to it, and close. */
(() => {
  "use strict";

  window.opener?.postMessage({ sidecard: "done" }, location.origin);
  window.close();
})();
