#!/usr/bin/env python3
"""Every rule catches a planted violation and passes its repair."""

import pathlib
import subprocess
import tempfile
import unittest
import unittest.mock

import clang_tidy
import purity
import rules


class TidyTest(unittest.TestCase):
    def findings(self, rule, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            subprocess.run(["git", "init", "-q", folder], check=True)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return list(rule(rules.Tree(root)))

    def catches(self, rule, bad, good):
        self.assertEqual(self.findings(rule, good), [])
        self.assertNotEqual(self.findings(rule, bad), [])

    def test_layers(self):
        self.catches(rules.layers, {"core/base/a.h": '#include "sim/engine/event.h"\n'},
                     {"core/port/a.h": '#include "core/base/ids.h"\n'})
        self.catches(rules.layers, {"core/routing/a.h": '#include "core/matchmaking/matcher.h"\n'},
                     {"core/matchmaking/a.h": '#include "core/routing/routing.h"\n'})

    def test_banned_tokens_outside_comments_and_strings(self):
        self.catches(rules.banned_tokens, {"core/base/a.cc": "double x;\n"}, {"core/base/a.cc": '// double\nauto s = "double";\n'})
        self.catches(rules.banned_tokens, {"core/base/a.cc": "#include <chrono>\n"}, {"sim/observe/a.cc": "#include <chrono>\n"})
        self.catches(rules.banned_tokens, {"sim/world/a.cc": "absl::flat_hash_map<int, int> m;\n"}, {"sim/world/a.cc": "int m;\n"})

    def test_names(self):
        self.catches(rules.names, {"core/base/string_util.h": ""}, {"core/base/string_list.h": ""})
        self.catches(rules.names, {"core/base/a.h": "class PeerManager {\n};\n"}, {"core/base/a.h": "class Peer {\n};\n"})

    def test_one_definition(self):
        one = {"sim/a.h": "class Checker : public Base {\n};\n"}
        self.catches(rules.one_definition, one | {"sim/b.h": "struct Checker {\n};\n"},
                     one | {"sim/b.h": "class Checker;\n", "core/b.h": "class Checker {\n};\n"})

    def test_sizes(self):
        long_body = "void F() {\n" + "  G();\n" * 69 + "}\n"
        self.catches(rules.sizes, {"sim/a.cc": long_body}, {"sim/a.cc": long_body.replace("  G();\n", "", 1)})
        self.catches(rules.sizes, {"sim/a.cc": "\n" * 601}, {"sim/a.cc": "\n" * 600})
        self.catches(rules.sizes, {"core/x/README.md": "\n" * 61}, {"core/x/README.md": "\n" * 60})

    def test_unlisted(self):
        build = {"core/base/layer.cmake": "add_layer(core_base SOURCES a.cc)\n"}
        self.catches(rules.unlisted, build | {"core/base/b.cc": ""}, build | {"core/base/a.cc": ""})
        self.catches(rules.unlisted, {"scenarios/a.json": "{}"}, {"scenarios/a.json": "{}", "scenarios/README.md": "a.json"})

    def test_honest_tests(self):
        self.catches(rules.honest_tests, {"tests/a_test.cc": "TEST(A, B) {\n  F();\n}\n"},
                     {"tests/a_test.cc": "TEST(A, B) {\n  EXPECT_TRUE(F());\n}\n"})
        self.catches(rules.honest_tests, {"tests/a_test.cc": "// EXPECT_TRUE(F());\n"}, {"tests/a_test.cc": "// Why.\n"})

    def test_words(self):
        self.catches(rules.words, {"docs/a.md": "see /" + "home/x\n"}, {"docs/a.md": "see docs/x\n"})
        self.catches(rules.words, {"core/a.h": "// TO" + "DO: later\n"}, {"core/a.h": "// TO" + "DO(#12): later\n"})

    def test_purity(self):
        self.assertEqual(purity.findings_in("a", "    U memcpy\n    U crypto_sign_detached\n"), [])
        self.assertNotEqual(purity.findings_in("a", "    U clock_gettime\n"), [])
        self.assertNotEqual(purity.findings_in("a", "    U std::chrono::_V2::steady_clock::now()\n"), [])
        self.assertNotEqual(purity.findings_in("a", "    U absl::lts::hash_internal::MixingHashState::kSeed\n"), [])

    def test_clang_tidy_takes_every_built_source_and_the_compiler_s_words(self):
        root = pathlib.Path("/r")
        entries = [{"file": f"/r/{name}", "command": f"ccache clang++ -DA='b c' -o x.o -c /r/{name}"}
                   for name in ("sim/b.cc", "core/a.cc", "node/n.cc", "build/tidy/made.cc", "corelib/z.cc")]
        entries.append({"file": "/usr/gtest.cc", "command": "clang++ -c /usr/gtest.cc"})
        self.assertEqual(list(clang_tidy.sources(entries, root, [])), ["core/a.cc", "corelib/z.cc", "node/n.cc", "sim/b.cc"])
        self.assertEqual(clang_tidy.sources(entries, root, ["core"]),
                         {"core/a.cc": ["clang++", "-DA=b c", "/r/core/a.cc"]})

    def test_clang_tidy_checks_files_of_one_command_together(self):
        files = {f"{i:02}.cc": ["clang++", "-A" if i < 14 else "-B", f"/r/{i:02}.cc"] for i in range(20)}
        found = clang_tidy.batches(files, list(files))
        self.assertEqual([len(batch) for batch in found], [12, 2, 6])
        self.assertEqual(sorted(sum(found, [])), sorted(files))

    def test_clang_tidy_checks_a_clean_batch_once(self):
        with tempfile.TemporaryDirectory() as folder:
            names = [str(pathlib.Path(folder, f"{letter}.cc")) for letter in "abc"]
            for name in names:
                pathlib.Path(name).write_text(f"int {pathlib.Path(name).stem.upper()}() {{ return 1; }}\n")
            gate = clang_tidy.Gate(pathlib.Path(folder, "commands.json"), pathlib.Path(folder, "stamps"))
            with unittest.mock.patch.object(gate, "run", wraps=gate.run) as run:
                self.assertEqual(gate.check(names, ["clang++"]), "")
            run.assert_called_once()

    def test_clang_tidy_tells_in_which_file_of_a_batch_it_found_something(self):
        with tempfile.TemporaryDirectory() as folder:
            names = [str(pathlib.Path(folder, "core", f"{letter}.cc")) for letter in "abc"]
            pathlib.Path(folder, "core").mkdir()
            # The first two clash, so they are told apart; the last has a fault.
            for name, text in zip(names, ["static int F() { return 1; }\n"] * 2 + ["int G(long x) { return x == 1; }\n"]):
                pathlib.Path(name).write_text(text)
            gate = clang_tidy.Gate(pathlib.Path(folder, "commands.json"), pathlib.Path(folder, "stamps"))
            findings = gate.check(names, ["clang++"])
            self.assertIn("c.cc:1:7: error: consider replacing 'long' with 'int64'", findings)
            self.assertNotIn("redefinition", findings)
            held = [gate.stamp(name, ["clang++", name]).holds(clang_tidy.Digests()) for name in names]
            self.assertEqual(held, [True, True, False])

    def test_clang_tidy_checks_again_what_has_changed(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            source, header = root / "a.cc", root / "a.h"
            source.write_text("a")
            header.write_text("b")

            def holds(key="key"):
                return clang_tidy.Stamp(root / "stamps", "core/a.cc", key).holds(clang_tidy.Digests())

            self.assertFalse(holds())
            clang_tidy.Stamp(root / "stamps", "core/a.cc", "key").write([str(source), str(header)], clang_tidy.Digests())
            self.assertTrue(holds())
            self.assertFalse(holds("another configuration"))
            header.write_text("c")
            self.assertFalse(holds())
            header.write_text("b")
            self.assertTrue(holds())
            header.unlink()
            self.assertFalse(holds())


if __name__ == "__main__":
    unittest.main()
