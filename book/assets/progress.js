// Which chapters a reader has finished: a tick at the end of each chapter, marks on the map of the landing page.
// It is kept in this browser (localStorage) and sent nowhere. Where storage is blocked, none of it is shown.
(() => {
  "use strict";
  const KEY = "course-finished";

  // The slugs of the finished chapters; null where the browser keeps nothing.
  function finished() {
    let kept;
    try {
      kept = localStorage.getItem(KEY);
    } catch {
      return null; // storage is blocked, which is the reader's choice
    }
    return new Set((kept ?? "").split(" ").filter(Boolean));
  }

  // Whether it could be kept: a full or blocked storage refuses.
  function keep(slugs) {
    try {
      if (slugs.size) localStorage.setItem(KEY, [...slugs].join(" "));
      else localStorage.removeItem(KEY);
    } catch {
      return false;
    }
    return true;
  }

  function addTick(slug, done) {
    const box = document.createElement("p");
    box.className = "chapter-finished";
    box.innerHTML = '<label><input type="checkbox"> I have finished this chapter</label> <span role="status"></span>';
    const [tick, note] = [box.querySelector("input"), box.querySelector("span")];
    tick.checked = done.has(slug);
    tick.addEventListener("change", () => {
      const slugs = finished() ?? new Set();
      if (tick.checked) slugs.add(slug);
      else slugs.delete(slug);
      if (keep(slugs)) return void (note.textContent = "Kept in this browser only.");
      tick.checked = !tick.checked;
      note.textContent = "This browser keeps nothing.";
    });
    document.querySelector("article.bd-article").append(box);
  }

  function markMap(map) {
    const done = finished();
    const chapters = [...map.querySelectorAll("[data-chapter]")];
    for (const chapter of chapters) {
      chapter.querySelector(".chapter-done")?.remove();
      if (!done.has(chapter.dataset.chapter)) continue;
      const mark = document.createElement("span");
      mark.className = "chapter-done";
      mark.textContent = "✓ finished";
      chapter.querySelector(".chapter-time").before(mark, " ");
    }
    const count = map.querySelectorAll(".chapter-done").length;
    const progress = document.querySelector(".course-progress");
    progress.hidden = !count;
    progress.querySelector("span").textContent =
      `You have finished ${count} of ${chapters.length}. Only this browser knows.`;
    const next = chapters.find((chapter) => !done.has(chapter.dataset.chapter));
    const door = document.getElementById("start");
    if (!next) return;
    door.href = next.href;
    door.textContent = `${count ? "Go on" : "Start"}: ${next.querySelector(".chapter-title").textContent}`;
    document.querySelector(".door-note").hidden = count > 0;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const done = finished();
    if (!done) return;
    const slug = location.pathname.match(/\/book\/(\d\d-[a-z0-9-]+)\.html$/)?.[1];
    if (slug) addTick(slug, done);
    const map = document.querySelector(".course-map");
    if (!map) return;
    markMap(map);
    document.querySelector(".course-progress button").addEventListener("click", () => {
      keep(new Set());
      markMap(map);
      document.getElementById("start").focus();
    });
    window.addEventListener("pageshow", () => markMap(map)); // after the browser's back button
  });
})();
