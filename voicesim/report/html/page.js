"use strict";
(() => {
  const audio = document.getElementById("audio");
  const picture = document.getElementById("picture");
  const scroller = document.getElementById("scroller");
  const playhead = document.getElementById("playhead");
  const now = document.getElementById("now");
  const trouble = document.getElementById("trouble");
  const pane = document.getElementById("transcript");
  const duration = Number(picture.dataset.durationS);
  const lines = Array.from(document.querySelectorAll("li.line"), (element) => ({
    element,
    from: Number(element.dataset.fromS),
    to: Number(element.dataset.toS),
  }));
  const idle = now.textContent;
  const stepSeconds = 5;
  let pressed = null;
  let current = [];

  const clock = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    const two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor(whole / 60) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  };

  const complain = (message) => {
    trouble.textContent = message;
    trouble.hidden = false;
  };

  const seek = (second, andPlay) => {
    const go = () => {
      audio.currentTime = Math.min(Math.max(0, second), duration);
      show();
      if (andPlay) {
        audio.play().catch((error) => {
          if (error.name === "NotAllowedError") complain("The browser held the sound back: press play.");
          else if (error.name !== "AbortError") complain("The recording cannot be played here.");
        });
      }
    };
    if (audio.readyState >= HTMLMediaElement.HAVE_METADATA) go();
    else {
      audio.addEventListener("loadedmetadata", go, { once: true });
      audio.load();
    }
  };

  const press = (source) => {
    if (pressed) pressed.classList.remove("playing");
    pressed = source.matches("button") ? source : null;
    if (pressed) pressed.classList.add("playing");
    seek(Number(source.dataset.startS), true);
  };

  const follow = (line) => {
    if (!pane || audio.paused || pane.scrollHeight <= pane.clientHeight) return;
    const top = line.offsetTop - pane.offsetTop;
    const isSeen = top >= pane.scrollTop && top + line.offsetHeight <= pane.scrollTop + pane.clientHeight;
    if (!isSeen) pane.scrollTop = top - pane.clientHeight / 3;
  };

  const showLines = (second) => {
    const found = lines.filter((line) => line.from <= second && second < line.to);
    if (found.length === current.length && found.every((line, i) => line === current[i])) return;
    for (const line of current) line.element.classList.remove("current");
    for (const line of found) line.element.classList.add("current");
    current = found;
    if (!found.length) return;
    const last = found[found.length - 1].element;
    const who = last.querySelector(".who").textContent;
    now.textContent = `${who}: ${last.querySelector(".said").textContent}`;
    follow(last);
  };

  const show = () => {
    const second = audio.currentTime;
    const share = `${duration ? Math.min(100, (100 * second) / duration) : 0}%`;
    playhead.setAttribute("x1", share);
    playhead.setAttribute("x2", share);
    picture.setAttribute("aria-valuenow", second.toFixed(1));
    picture.setAttribute("aria-valuetext", clock(second));
    showLines(second);
    if (!audio.paused) keepInView(second);
    if (pressed && second > Number(pressed.dataset.endS || Infinity)) {
      pressed.classList.remove("playing");
      pressed = null;
    }
  };

  const keepInView = (second) => {
    const x = duration ? (second / duration) * picture.offsetWidth : 0;
    const left = scroller.scrollLeft;
    if (x < left || x > left + scroller.clientWidth) scroller.scrollLeft = x - scroller.clientWidth / 4;
  };

  const run = () => {
    show();
    if (!audio.paused && !audio.ended) requestAnimationFrame(run);
  };

  audio.addEventListener("play", () => {
    trouble.hidden = true;
    requestAnimationFrame(run);
  });
  audio.addEventListener("pause", () => {
    if (pressed) pressed.classList.remove("playing");
  });
  audio.addEventListener("seeked", show);
  audio.addEventListener("timeupdate", show);
  audio.addEventListener("ended", () => {
    now.textContent = idle;
  });
  audio.addEventListener("error", () => complain("The recording is missing or cannot be played here."));
  if (audio.error) complain("The recording is missing or cannot be played here.");

  document.addEventListener("click", (event) => {
    const source = event.target.closest("[data-start-s]");
    if (source) {
      press(source);
      return;
    }
    const zoom = event.target.closest("[data-zoom]");
    if (zoom) {
      widen(zoom);
      return;
    }
    const line = event.target.closest("li.line");
    if (line && !String(window.getSelection())) press(line.querySelector("[data-start-s]"));
  });

  const widen = (button) => {
    for (const other of document.querySelectorAll("[data-zoom]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    const middle = (scroller.scrollLeft + scroller.clientWidth / 2) / picture.offsetWidth;
    picture.className = `picture zoom${button.dataset.zoom}`;
    const centre = audio.currentTime > 0 && duration ? audio.currentTime / duration : middle;
    scroller.scrollLeft = centre * picture.offsetWidth - scroller.clientWidth / 2;
  };

  picture.addEventListener("click", (event) => {
    if (event.target.closest("[data-start-s]")) return;
    const box = picture.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * duration, true);
  });

  picture.addEventListener("keydown", (event) => {
    const targets = {
      ArrowLeft: audio.currentTime - stepSeconds,
      ArrowDown: audio.currentTime - stepSeconds,
      ArrowRight: audio.currentTime + stepSeconds,
      ArrowUp: audio.currentTime + stepSeconds,
      Home: 0,
      End: duration,
    };
    if (event.key in targets) seek(targets[event.key], false);
    else if (event.key === " " || event.key === "Enter") {
      if (audio.paused) seek(audio.currentTime, true);
      else audio.pause();
    } else return;
    event.preventDefault();
  });

  if (!location.hash) document.getElementById("page").focus({ preventScroll: true });

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of closed) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
})();
