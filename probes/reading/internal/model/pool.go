package model

// Telling returns what a reader of letters is told of the scores of its sentences, by name: how much
// speaks for each class in all sentences together, in the one that says most, on average, in the first and
// in the last that say anything, and in what stands beside them.
func (n *Ngrams) Telling(sentences, beside []Example) map[string]float64 {
	told := map[string]float64{}
	n.tellBeside(told, beside)
	if len(sentences) == 0 {
		return told
	}
	last := len(n.Classes) - 1
	scores := make([][]float64, len(sentences))
	first := true
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
		if p[last] < 0.5 {
			for c := range last {
				told["last "+n.Classes[c]] = p[c]
			}
		}
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

// tellBeside tells how much speaks for each class in what stands beside the sentences.
func (n *Ngrams) tellBeside(told map[string]float64, beside []Example) {
	last := len(n.Classes) - 1
	for i, e := range beside {
		score := n.Score(e)
		for c := range last {
			name, odds := "beside "+n.Classes[c], bounded(score[c]-score[last])
			if i == 0 || odds > told[name] {
				told[name] = odds
			}
		}
	}
}

// bounded keeps log odds to what a regression can use.
func bounded(odds float64) float64 { return max(-6, min(6, odds)) / 3 }
