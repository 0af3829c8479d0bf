// Contestants take turns, round after round: whatever else the machine does then meets all of them, and the ratio of two figures of one
// round means something where neither figure does.

/** Runs until the engine has had the time to optimise itself. Returns how many turns fill a sample. */
async function warmUp({ host, name }, { warm, sample }) {
  let times = 1;
  for (let spent = 0; ; ) {
    const { seconds } = await host.run(name, times);
    spent += seconds;
    if (seconds < sample) times = Math.ceil(times * Math.min(8, Math.max(1.1, (1.05 * sample) / Math.max(seconds, 1e-6))));
    else if (spent >= warm) return times;
  }
}

/**
 * Measures all contestants, each `{ host, name }`, and notes in each the seconds of a turn in every round, and the figure of a turn. One
 * that fails is out, and its `failure` says why.
 *
 * `warm` and `sample` are seconds.
 */
export async function compete(contestants, { rounds, warm, sample }) {
  const attempt = async (contestant, work) => {
    if (contestant.failure) return;
    try {
      await work(contestant);
    } catch (error) {
      contestant.failure = String(error.message ?? error).split('\n')[0];
      console.log(`  SKIPPED: ${contestant.label ?? contestant.name}: ${contestant.failure}`);
    }
  };
  for (const contestant of contestants) {
    contestant.seconds = [];
    await attempt(contestant, async () => {
      contestant.times = await warmUp(contestant, { warm, sample });
    });
  }
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      await attempt(contestant, async ({ host, name, times }) => {
        const { seconds, figure } = await host.run(name, times);
        contestant.seconds.push(seconds / times);
        if (figure !== undefined) contestant.figure = figure / times;
      });
    }
  }
  for (const { host, name } of contestants) await host.drop(name);
  return contestants;
}

/** The value below which a share of the values lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place % 1);
}

export const median = (values) => quantile(values, 0.5);

/** Turns per second: the median, the quartiles and the best. */
export function rates({ seconds }) {
  const all = seconds.map((one) => 1 / one);
  return { median: median(all), low: quantile(all, 0.25), high: quantile(all, 0.75), best: Math.max(...all) };
}

/** How many times as fast as another a contestant is: the median over rounds, nothing when either is missing. */
export function ratio(one, other) {
  if (!one?.seconds.length || !other?.seconds.length || one.failure || other.failure) return undefined;
  return median(one.seconds.map((seconds, round) => other.seconds[round] / seconds));
}
