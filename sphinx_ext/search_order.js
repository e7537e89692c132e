// The order of the results: Sphinx puts this at the top of its search. First what matches best, among equals the chapters; the
// appendices come last, for they repeat the words of every chapter.
var Scorer = {
  score: ([docname, , , , score]) => {
    if (/^book\/\d\d-/.test(docname)) return score + 0.5;
    if (docname === "book/index") return score + 0.3;
    if (docname.startsWith("exercises/")) return score + 0.2;
    return docname.startsWith("solutions/") ? score : score - 100;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
