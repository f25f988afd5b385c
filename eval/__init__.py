"""How good the answers are: evaluation sets, splits, metrics, runner and report.

sets       load and validate a set; write a starter set from a library
splits     what may be fitted on what, made before anything is tuned
metrics    pure functions, defined in docs/evaluation.md
systems    what is measured: the product, the stock recipe that a user would have got instead, plain BM25
fitting    the weights of the product, and those that were fitted without a part of the data
ablation   what each part of finding is worth
runner     a set through a system, into a run folder
report     a run folder to one HTML page; two runs side by side

attribution  (a package) how many words of files whose truth is known go to the right speaker
"""
