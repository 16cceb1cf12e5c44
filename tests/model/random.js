'use strict';
/* Chance that a seed repeats: the same seed gives the same choices everywhere. */

class Random {
	constructor(seed) {
		this.state = seed >>> 0;
	}

	/* mulberry32: 32 bits of state are plenty for choosing among edges. */
	next() {
		this.state = (this.state + 0x6D2B79F5) >>> 0;
		let t = this.state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	}

	below(n) {
		return Math.floor(this.next() * n);
	}

	between(low, high) {
		return low + this.below(high - low + 1);
	}

	chance(perCent) {
		return this.below(100) < perCent;
	}

	pick(values) {
		return values[this.below(values.length)];
	}

	/* Picks from [[weight, value], …]. */
	weighted(choices) {
		let at = this.below(choices.reduce((sum, [weight]) => sum + weight, 0));
		for (const [weight, value] of choices) {
			if (at < weight)
				return value;
			at -= weight;
		}
		throw new Error('no weight');
	}

	shuffled(values) {
		const all = [...values];
		for (let i = all.length - 1; i > 0; i--) {
			const j = this.below(i + 1);
			[all[i], all[j]] = [all[j], all[i]];
		}
		return all;
	}
}

module.exports = {Random};
