// Fetches the numbers anew every ten seconds while the screen is looked at.
(() => {
  const place = document.querySelector("[data-live]");
  if (!place) return;
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const response = await fetch(place.dataset.live, { credentials: "same-origin", redirect: "error" });
      if (response.ok) place.innerHTML = await response.text();
    } catch {
      // no line: the numbers stay, with the time at which they were true
    }
  }, 10000);
})();
