package model

// Telling returns what a reader of letters is told of the scores of its sentences, by name: how much
// speaks for each class in all sentences together, in the one that says most, on average, and in the
// first that says anything.
func (n *Ngrams) Telling(sentences []Example) map[string]float64 {
	if len(sentences) == 0 {
		return nil
	}
	last := len(n.Classes) - 1
	scores := make([][]float64, len(sentences))
	told, first := map[string]float64{}, true
	for i, e := range sentences {
		scores[i] = n.Score(e)
		p := Softmax(scores[i])
		for c := range last {
			told["mean "+n.Classes[c]] += p[c] / float64(len(sentences))
			if first && p[last] < 0.5 {
				told["first "+n.Classes[c]] = p[c]
			}
		}
		first = first && p[last] >= 0.5
	}
	for c, v := range Pool(scores) {
		told["all "+n.Classes[c]] = bounded(v)
		most := scores[0][c] - scores[0][last]
		for _, s := range scores {
			most = max(most, s[c]-s[last])
		}
		told["most "+n.Classes[c]] = bounded(most)
	}
	return told
}

// bounded keeps log odds to what a regression can use.
func bounded(odds float64) float64 { return max(-6, min(6, odds)) / 3 }
