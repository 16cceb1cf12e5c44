
-- Only the words above are for rule files; what C lends the prelude alone stays here.
return { run_file = run_file, finish = finish, manifest = manifest, decide = decide,
	import = import, language_of_tests = language_of_tests }
