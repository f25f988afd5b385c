"""Whose words: how many words of files whose truth is known go to the right speaker, and to whom the others go.

words        texts to words, and the words of a truth found again among the words of a reading
truths       what is right for a file: by its words, or by place where its words may not be copied
measure      a reading against a truth, word by word; files added up by family and by kind
mutations    right files changed so that the truth changes in a known way
frozen       the turns of files as hashes, so that a later reading can be held against them
speed        reading in this tree and in another one, side by side
"""
