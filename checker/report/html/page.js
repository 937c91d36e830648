"use strict";
// The filters of plain tables, of which all rows are on the page.
(() => {
	const number = new Intl.NumberFormat("en").format;
	const filters = [...document.querySelectorAll("form.rows-filter")].map((form) => {
		const section = form.closest("section"), status = section.querySelector(".status");
		const { words, rule } = form.elements, boxes = [...form.querySelectorAll('[name="severity"]')];
		const rows = [...section.querySelectorAll("tbody tr")].map((row) => ({
			row, text: row.textContent.toLowerCase(), rules: row.dataset.rules.split(" "), severities: row.dataset.severities.split(" "),
		}));
		const filter = () => {
			const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
			const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
			let shown = 0;
			for (const r of rows) {
				const shows = wanted.every((word) => r.text.includes(word)) && (!rule || !rule.value || r.rules.includes(rule.value))
					&& (boxes.length === 0 || r.severities.some((s) => severities.has(s)));
				r.row.hidden = !shows;
				if (shows) shown++;
			}
			status.textContent = shown < rows.length ? `${number(shown)} of ${number(rows.length)} rows` : number(shown) + (shown === 1 ? " row" : " rows");
		};
		form.addEventListener("input", filter);
		form.addEventListener("reset", () => setTimeout(filter)); // once the fields are empty
		form.addEventListener("submit", (e) => { e.preventDefault(); });
		form.hidden = false;
		filter();
		return { form, section, rule, filter };
	});
	for (const button of filters.length > 0 ? document.querySelectorAll("button.show") : []) {
		const id = button.dataset.rule;
		const target = filters.find(({ rule }) => rule && [...rule.options].some((option) => option.value === id));
		if (!target) continue;
		button.hidden = false;
		button.addEventListener("click", () => {
			for (const field of target.form.querySelectorAll("input")) {
				if (field.type === "checkbox") field.checked = true;
				else field.value = "";
			}
			target.rule.value = id;
			target.filter();
			target.section.querySelector("h2").focus(); // which scrolls there
		});
	}
})();

(() => {
	const at = (id) => document.getElementById(id);
	const rows = at("rows");
	if (!rows) return; // nothing was found
	const { pageSize, severities, rules } = JSON.parse(at("data").textContent);
	// The columns of a finding; those at its end that hold nothing are left out.
	const SEVERITY = 0, RULE = 1, FILE = 2, LINE = 3, COLUMN = 4, MESSAGE = 5, TEXT = 6, FROM = 7, TO = 8,
		PATH = 9, PROFILE = 10, HELP = 11, FIX = 12, HELD = 13, RELATED = 14;
	const strings = [""], findings = [];
	const numbers = new Map([["", 0]]); // of the strings
	for (const script of document.querySelectorAll("script.part")) { // each has strings of its own
		const part = JSON.parse(script.textContent);
		const renumbered = part.strings.map((s) => {
			if (!numbers.has(s)) numbers.set(s, strings.push(s) - 1);
			return numbers.get(s);
		});
		for (const f of part.findings) {
			for (const column of [FILE, MESSAGE, TEXT, PATH, PROFILE, HELP, FIX, HELD]) {
				if (f[column]) f[column] = renumbered[f[column]];
			}
			for (const related of f[RELATED] || []) {
				related[0] = renumbered[related[0]];
				related[3] = renumbered[related[3]];
			}
			findings.push(f);
		}
		script.remove();
	}
	const searched = [FILE, MESSAGE, TEXT, PATH, PROFILE, HELP, FIX, HELD];
	const mostPrinted = 2000;
	const number = new Intl.NumberFormat("en").format;
	const plural = (n) => number(n) + (n === 1 ? " finding" : " findings");

	const words = at("words"), rule = at("rule"), held = at("held"), boxes = document.getElementsByName("severity");
	const everything = findings.reduce((n, f) => n + (f[HELD] ? 0 : 1), 0);
	const order = Int32Array.from(findings, (_, i) => i); // all findings, as they are sorted
	let shown = order; // those that the filter lets through
	let page = 0;
	let sorted = "", descending = false;
	let lower; // the strings in lower case, made when first needed

	// Rows.

	const element = (name, className, ...children) => {
		const e = document.createElement(name);
		if (className) e.className = className;
		e.append(...children);
		return e;
	};
	const bdi = (text) => element("bdi", "", text);
	const place = (file, line, column) => {
		const e = element("span", "place", bdi(strings[file]));
		if (line) e.append(element("span", "at", `:${line}:${column}`));
		return e;
	};
	const more = (label, ...what) => element("p", "more", element("b", "", label), " ", ...what);
	const cell = (className, ...children) => {
		const e = element("td", className, ...children);
		e.setAttribute("role", "cell");
		return e;
	};
	const row = (f) => {
		const id = rules[f[RULE]], severity = severities[f[SEVERITY]];
		const link = element("a", "", id);
		link.href = "#rule-" + encodeURIComponent(id);
		const where = cell("c-place", place(f[FILE], f[LINE], f[COLUMN]));
		if (f[PROFILE]) where.append(element("span", "profile", bdi(strings[f[PROFILE]])));
		const what = cell("c-what", element("p", "message", bdi(strings[f[MESSAGE]])));
		if (f[TEXT]) {
			const text = strings[f[TEXT]], from = f[FROM] || 0, to = f[TO] || 0;
			what.append(element("pre", "snippet", element("code", "",
				text.slice(0, from), element("mark", "", text.slice(from, to)), text.slice(to))));
		}
		if (f[PATH]) what.append(more("at", bdi(strings[f[PATH]])));
		if (f[HELD]) what.append(more("suppressed by", bdi(strings[f[HELD]])));
		for (const [file, line, column, message] of f[RELATED] || []) {
			what.append(more("see", place(file, line, column), " ", bdi(strings[message])));
		}
		if (f[HELP]) what.append(more("help", bdi(strings[f[HELP]])));
		if (f[FIX]) what.append(more("fix", bdi(strings[f[FIX]])));
		const e = element("tr", "",
			cell("c-severity", element("span", "severity " + severity, severity)), cell("c-rule", link), where, what);
		e.setAttribute("role", "row");
		return e;
	};
	const fill = (from, to) => {
		const list = document.createDocumentFragment();
		for (let i = from; i < to; i++) list.append(row(findings[shown[i]]));
		rows.replaceChildren(list);
	};

	// Pages.

	const pages = () => Math.max(Math.ceil(shown.length / pageSize), 1);
	const all = () => held && held.checked ? findings.length : everything;
	const show = () => {
		const from = page * pageSize, to = Math.min(from + pageSize, shown.length);
		fill(from, to);
		let status = shown.length > pageSize ? `${number(from + 1)} to ${number(to)} of ${plural(shown.length)}` : plural(shown.length);
		if (shown.length !== all()) status += `, filtered from ${number(all())}`;
		at("status").textContent = status;
		for (const nav of document.querySelectorAll(".pager")) {
			nav.hidden = pages() === 1;
			nav.querySelector(".page").textContent = `Page ${number(page + 1)} of ${number(pages())}`;
			for (const button of nav.querySelectorAll("button")) {
				const back = button.dataset.go === "first" || button.dataset.go === "previous";
				button.setAttribute("aria-disabled", String(back ? page === 0 : page === pages() - 1));
			}
		}
	};
	const toFindings = () => at("findings-title").focus(); // which scrolls there
	const go = {
		first: () => 0,
		previous: () => page - 1,
		next: () => page + 1,
		last: () => pages() - 1,
	};
	for (const button of document.querySelectorAll(".pager button")) {
		button.addEventListener("click", () => {
			if (button.getAttribute("aria-disabled") === "true") return;
			page = go[button.dataset.go]();
			show();
			if (button.closest("nav").hasAttribute("data-below")) toFindings();
		});
	}

	// The filter. Words are looked for in each string once, however many
	// findings share it.

	const matcher = (word) => {
		lower ||= strings.map((s) => s.toLowerCase());
		const inString = Uint8Array.from(lower, (s) => s.includes(word) ? 1 : 0);
		const inRule = rules.map((id) => id.toLowerCase().includes(word));
		return (f) => inRule[f[RULE]] || searched.some((column) => inString[f[column] || 0])
			|| (f[RELATED] || []).some(([file, , , message]) => inString[file] || inString[message]);
	};
	const filter = () => {
		const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean).map(matcher);
		const only = rules.indexOf(rule.value);
		const weights = severities.map(() => false);
		for (const box of boxes) weights[box.value] = box.checked;
		const suppressed = held && held.checked;
		shown = order.filter((i) => {
			const f = findings[i];
			return weights[f[SEVERITY]] && (only < 0 || f[RULE] === only) && (suppressed || !f[HELD]) && wanted.every((in_) => in_(f));
		});
		page = 0;
		show();
	};
	let waiting;
	words.addEventListener("input", () => {
		clearTimeout(waiting);
		waiting = setTimeout(filter, 120);
	});
	at("filter").addEventListener("change", (e) => {
		if (e.target !== words) filter();
	});
	at("filter").addEventListener("submit", (e) => {
		e.preventDefault();
		clearTimeout(waiting);
		filter();
	});
	const clear = () => {
		at("filter").reset();
		filter();
	};
	at("clear").addEventListener("click", clear);
	for (const button of document.querySelectorAll("button.show")) {
		button.hidden = false;
		button.addEventListener("click", () => {
			at("filter").reset();
			rule.value = button.dataset.rule;
			filter();
			toFindings();
		});
	}

	// Sorting.

	const ranks = (column) => { // of the strings in a column, in the order of people
		const used = [...new Set(findings.map((f) => f[column] || 0))];
		const collator = new Intl.Collator("en", { numeric: true });
		used.sort((a, b) => collator.compare(strings[a], strings[b]) || a - b);
		const rank = new Int32Array(strings.length);
		used.forEach((s, i) => { rank[s] = i; });
		return rank;
	};
	const inOrder = [...rules].sort();
	const ruleRank = rules.map((id) => inOrder.indexOf(id));
	const comparisons = {
		severity: () => (a, b) => a[SEVERITY] - b[SEVERITY],
		rule: () => (a, b) => ruleRank[a[RULE]] - ruleRank[b[RULE]],
		place: () => {
			const rank = ranks(FILE);
			return (a, b) => rank[a[FILE]] - rank[b[FILE]] || (a[LINE] || 0) - (b[LINE] || 0) || (a[COLUMN] || 0) - (b[COLUMN] || 0);
		},
		message: () => {
			const rank = ranks(MESSAGE);
			return (a, b) => rank[a[MESSAGE]] - rank[b[MESSAGE]];
		},
	};
	const made = {};
	const sort = (column) => {
		descending = column === sorted ? !descending : column === "severity"; // errors first
		sorted = column;
		const compare = made[column] ||= comparisons[column]();
		const sign = descending ? -1 : 1;
		order.sort((i, j) => sign * compare(findings[i], findings[j]) || i - j);
		for (const th of document.querySelectorAll("th[data-sort]")) {
			if (th.dataset.sort === column) th.setAttribute("aria-sort", descending ? "descending" : "ascending");
			else th.removeAttribute("aria-sort");
		}
		filter();
	};
	for (const th of document.querySelectorAll("th[data-sort]")) {
		const button = element("button", "sort", th.textContent);
		button.type = "button";
		button.addEventListener("click", () => sort(th.dataset.sort));
		th.replaceChildren(button);
	}

	// Paper takes what the filter lets through, not a page of it.

	const filters = () => {
		const list = [];
		if (words.value.trim()) list.push(`text "${words.value.trim()}"`);
		if (rule.value) list.push("rule " + rule.value);
		const checked = [...boxes].filter((box) => box.checked).map((box) => severities[box.value]);
		if (checked.length < boxes.length) list.push("severity " + (checked.join(", ") || "none"));
		return list.join("; ");
	};
	addEventListener("beforeprint", () => {
		const most = Math.min(shown.length, mostPrinted);
		fill(0, most);
		let note = most < shown.length ? `The first ${number(most)} of ${plural(shown.length)}; filter them to print others.` : plural(shown.length) + ".";
		if (filters()) note += ` Filter: ${filters()}.`;
		at("print-note").textContent = note;
	});
	addEventListener("afterprint", show);

	at("findings").classList.add("scripted");
	at("filter").hidden = false;
	filter();
})();
