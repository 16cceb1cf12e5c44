# lowdown moves back up for what a term means, which not every reader can: .TP says the same.
s/\.LP\n\([^\n]*\)\n\.if n \\\n\.sp -1v\n\.if t \\\n\.sp -0\.25v\n\.IP "" 5n\n/.TP 5n\n\1\n/g
