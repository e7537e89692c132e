// Host for live figures in a page without a kernel: gives an anywidget module the model it expects and mounts it.
// A classic script, so that it runs from a folder (file://) as well as from a server.
(() => {
  "use strict";

  // The part of anywidget's model that a front end uses: values, events, and nothing to save them to.
  class Model {
    #values;
    #listeners = new Map();

    constructor(values) {
      this.#values = values;
    }

    get(name) {
      return this.#values[name];
    }

    set(name, value) {
      const given = typeof name === "string" ? { [name]: value } : name;
      const changed = Object.keys(given).filter((key) => !Object.is(this.#values[key], given[key]));
      Object.assign(this.#values, given);
      for (const key of changed) this.#emit(`change:${key}`, this, given[key]);
      if (changed.length) this.#emit("change", this);
    }

    on(names, callback) {
      for (const name of names.split(/\s+/)) {
        if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
        this.#listeners.get(name).add(callback);
      }
    }

    off(names, callback) {
      if (!names) return this.#listeners.clear();
      for (const name of names.split(/\s+/)) {
        if (callback) this.#listeners.get(name)?.delete(callback);
        else this.#listeners.delete(name);
      }
    }

    save_changes() {}

    send() {}

    #emit(name, ...values) {
      for (const callback of [...(this.#listeners.get(name) ?? [])]) callback(...values);
    }
  }

  async function mount(figure) {
    const widget = window.liveFigures[figure.dataset.module];
    const values = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const context = { model: new Model(values), signal: new AbortController().signal, experimental: {} };
    const stage = document.createElement("div");
    stage.className = "live-stage";
    figure.append(stage);
    try {
      await widget.initialize?.(context);
      await widget.render({ ...context, el: stage });
      figure.classList.add("is-live");
    } catch (error) {
      console.error(error);
      stage.textContent = "This figure could not start; the picture shows where it begins.";
    }
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".live-figure").forEach(mount));
})();
