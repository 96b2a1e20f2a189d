/** Does something every second. */
export async function everySecond(action) {
  for (;;) {
    await action();
    await new Promise((resolve) => {
      setTimeout(resolve, 1000);
    });
  }
}
