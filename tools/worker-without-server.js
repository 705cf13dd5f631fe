/* Search of pages opened from a folder: browsers start no Worker from file://, so a frame does its work. */
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.appendChild(frame)
      this.scope = frame.contentWindow
      const ready = new Promise(resolve => { frame.onload = resolve })
      this.ready = ready
      window.addEventListener("message", event => {
        if (event.source !== this.scope) return
        const message = new MessageEvent("message", { data: event.data })
        this.dispatchEvent(message)
        if (this.onmessage) this.onmessage(message)
      })
      const inside = this.scope.document
      inside.open()
      inside.write(
        "<script>postMessage = data => parent.dispatchEvent(new MessageEvent('message', " +
        "{ data, source: window }))</" + "script><script src='" + url + "'></" + "script>"
      )
      inside.close()
    }
    postMessage(data) {
      this.ready.then(() => this.scope.dispatchEvent(new MessageEvent("message", { data })))
    }
    terminate() {}
  }
}
