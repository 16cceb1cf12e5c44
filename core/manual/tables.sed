# In the narrow columns of tables, lines are not stretched to both edges, and long names may break.
/^\.TS/,/^\.TE/s/_/_\\:/g
s/^\.TS/.na\n&/
s/^\.TE/&\n.ad/
