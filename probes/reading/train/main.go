package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	var letters []letter
	var sentences []sentence
	for _, arg := range os.Args[1:] {
		dir, w, ok := strings.Cut(arg, "=")
		weight := 1.0
		if ok {
			weight, _ = strconv.ParseFloat(w, 64)
		}
		if strings.HasSuffix(dir, "sentences") {
			s, err := readSentences(dir)
			if err != nil {
				panic(err)
			}
			sentences = append(sentences, s...)
			continue
		}
		l, err := readFolder(dir, weight)
		if err != nil {
			panic(err)
		}
		fmt.Println(dir, len(l), weight)
		letters = append(letters, l...)
	}
	fmt.Println(len(letters), "letters", len(sentences), "sentences")
	validate(sentences, letters)
}
