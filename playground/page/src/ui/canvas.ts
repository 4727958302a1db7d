// Canvases as sharp as the screen, drawn anew when what they show changes or when their size does.

import { effect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A canvas that is drawn by `draw`, which reads signals: each change of one draws again. Sizes are CSS pixels. */
export function useCanvas(
  draw: (context: CanvasRenderingContext2D, width: number, height: number) => void,
): RefObject<HTMLCanvasElement | null> {
  const ref = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(() => {
    const canvas = ref.current!;
    const context = canvas.getContext("2d")!;
    const paint = () => {
      const { clientWidth: width, clientHeight: height } = canvas;
      const ratio = Math.min(3, window.devicePixelRatio || 1);
      const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== w || canvas.height !== h) {
        canvas.width = w;
        canvas.height = h;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      if (width > 0 && height > 0) latest.current(context, width, height);
    };
    const stop = effect(paint);
    const observer = new ResizeObserver(paint);
    observer.observe(canvas);
    return () => {
      stop();
      observer.disconnect();
    };
  }, []);
  return ref;
}

/** A small canvas for pixels, kept from frame to frame. */
export class Pixels {
  private readonly canvas = document.createElement("canvas");
  private readonly context = this.canvas.getContext("2d", { willReadFrequently: true })!;
  private image = new ImageData(1, 1);

  /** Room for width × height pixels; what was there may still be. */
  room(width: number, height = width): ImageData {
    if (this.image.width !== width || this.image.height !== height) {
      this.image = new ImageData(width, height);
      this.canvas.width = width;
      this.canvas.height = height;
    }
    return this.image;
  }

  drawTo(target: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, smooth = true): void {
    this.context.putImageData(this.image, 0, 0);
    target.imageSmoothingEnabled = smooth;
    target.imageSmoothingQuality = "high";
    target.drawImage(this.canvas, x, y, width, height);
  }
}
