// Moves publications on the editorial calendar: by dragging, or in a dialog that keyboard and phone can use.
// The server decides; what it refuses snaps back, with its message.
(() => {
  "use strict";

  const calendar = document.querySelector(".calendar");
  const dialog = document.querySelector(".calendar-dialog");
  if (!calendar || !dialog) return;
  const message = document.querySelector(".calendar-message");
  const error = dialog.querySelector(".calendar-dialog__error");
  const at = dialog.querySelector("[name=at]");
  const csrf = dialog.querySelector("[name=csrfmiddlewaretoken]").value;
  let dragged = null;
  let edited = null;

  const say = (text, refused) => {
    message.textContent = text;
    message.classList.toggle("calendar-message--refused", refused);
    message.hidden = false;
    message.scrollIntoView({ block: "nearest" });
  };

  const post = async (url, body) => {
    let response;
    try {
      response = await fetch(url, {
        method: "POST",
        headers: {
          Accept: "application/json",
          "Content-Type": "application/json",
          "X-CSRFToken": csrf,
          "X-Requested-With": "XMLHttpRequest",
        },
        body: JSON.stringify(body),
      });
    } catch {
      throw new Error(calendar.dataset.offline);
    }
    const answer = await response.json().catch(() => null);
    if (!answer || answer.success === undefined) throw new Error(calendar.dataset.expired);
    if (!answer.success) throw new Error(answer.error_message);
    return answer;
  };

  const slotFor = (time) => {
    const day = calendar.querySelector(`[data-day="${time.slice(0, 10)}"]`);
    if (!day) return null;
    return day.querySelector(`[data-hour="${Number(time.slice(11, 13))}"]`) || day.querySelector(".calendar-slot:not([data-hour])");
  };

  const markEmpty = () => {
    for (const day of calendar.querySelectorAll(".calendar-day")) {
      day.classList.toggle("calendar-day--empty", !day.querySelector(".calendar-entry"));
    }
  };

  const place = (entry, time) => {
    entry.dataset.at = time;
    const shown = entry.querySelector("time");
    shown.textContent = time.slice(11, 16);
    shown.dateTime = `${time}+07:00`;
    const slot = slotFor(time);
    if (!slot) {
      entry.remove();
    } else {
      const clock = (each) => each.querySelector("time").textContent;
      const next = [...slot.children].find((each) => each !== entry && clock(each) > clock(entry));
      slot.insertBefore(entry, next || null);
    }
    entry.classList.remove("calendar-entry--failed", "calendar-entry--overdue");
    entry.classList.add("calendar-entry--pending");
    markEmpty();
  };

  // --- the dialog

  const open = (entry) => {
    edited = entry;
    dialog.querySelector(".calendar-dialog__page").textContent = entry.querySelector(".calendar-entry__title").textContent;
    at.value = entry.dataset.at;
    error.hidden = true;
    dialog.showModal();
    at.focus();
  };

  const refuse = (text) => {
    error.textContent = text;
    error.hidden = false;
  };

  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await post(edited.dataset.move, { at: at.value });
      dialog.close();
      place(edited, answer.at);
      say(answer.message, false);
      edited.querySelector(".calendar-entry__change").focus();
    } catch (refusal) {
      refuse(refusal.message);
    }
  });

  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());

  dialog.querySelector("[data-call-off]").addEventListener("click", async (event) => {
    if (!window.confirm(event.currentTarget.dataset.confirm)) return;
    try {
      const answer = await post(edited.dataset.cancel, {});
      dialog.close();
      edited.remove();
      markEmpty();
      say(answer.message, false);
    } catch (refusal) {
      refuse(refusal.message);
    }
  });

  // --- dragging

  calendar.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-movable]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.at);
    dragged.classList.add("calendar-entry--dragged");
  });

  const target = (event) => {
    if (!dragged) return null;
    const hour = event.target.closest("[data-hour]");
    return hour || event.target.closest("[data-day]");
  };

  const unmark = () => calendar.querySelectorAll(".calendar-over").forEach((each) => each.classList.remove("calendar-over"));

  calendar.addEventListener("dragover", (event) => {
    const cell = target(event);
    if (!cell) return;
    event.preventDefault();
    if (!cell.classList.contains("calendar-over")) {
      unmark();
      cell.classList.add("calendar-over");
    }
  });

  calendar.addEventListener("dragend", () => {
    unmark();
    if (dragged) dragged.classList.remove("calendar-entry--dragged");
    dragged = null;
  });

  calendar.addEventListener("drop", async (event) => {
    const cell = target(event);
    const entry = dragged;
    unmark();
    if (!cell || !entry) return;
    event.preventDefault();
    const home = entry.parentElement;
    const before = entry.nextElementSibling;
    const body = { day: cell.closest("[data-day]").dataset.day };
    if (cell.dataset.hour) body.hour = Number(cell.dataset.hour);
    (cell.dataset.hour ? cell : cell.querySelector(".calendar-slot:not([data-hour])") || home).append(entry);
    entry.setAttribute("aria-busy", "true");
    try {
      const answer = await post(entry.dataset.move, body);
      place(entry, answer.at);
      say(answer.message, false);
    } catch (refusal) {
      home.insertBefore(entry, before);
      say(refusal.message, true);
    } finally {
      entry.removeAttribute("aria-busy");
      markEmpty();
    }
  });

  // --- shown only where the script runs
  document.querySelector(".calendar-hint").hidden = false;
  for (const button of calendar.querySelectorAll(".calendar-entry__change")) {
    button.hidden = false;
    button.addEventListener("click", () => open(button.closest("[data-movable]")));
  }
})();
