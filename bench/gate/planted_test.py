"""planted_test.py GATE_BENCH: the count of instructions passes twenty identical runs and catches 15 % done again."""
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import check

NAME = "compile"  # of all workloads the one with the most memory asked for and given back
PROGRAM = None


class Instructions(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.baseline, self.report = (os.path.join(self.folder.name, name) for name in ("baseline.json", "report.json"))

    def check(self, *more, program=None):
        done = subprocess.run([sys.executable, check.__file__, "--program", program or PROGRAM, "--baseline", self.baseline,
                               "--json", self.report, "--only-instructions", "--only", NAME, *more], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def read_report(self):
        with open(self.report, encoding="utf-8") as file:
            return json.load(file)

    def test_twenty_identical_runs_pass(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            counts = [found[0] for found in pool.map(lambda _: check.instructions(PROGRAM, NAME, 0.0), range(20))]
        self.assertEqual({check.judge_instructions(count, counts[0])["verdict"] for count in counts}, {"pass"})
        self.assertLess(max(counts) / min(counts), 1.001)

    def test_a_planted_slowdown_is_caught(self):
        code, said = self.check()
        self.assertEqual(code, 0, said)
        self.assertIn("no baseline for", said)
        self.assertEqual(self.read_report()["instructions"][NAME]["verdict"], "not proved")
        self.assertEqual(self.check("--update")[0], 0)
        code, said = self.check()
        self.assertEqual((code, self.read_report()["slower"]), (0, []), said)
        code, said = self.check("--planted", "0.15")
        self.assertEqual((code, self.read_report()["slower"]), (1, [NAME + " (instructions)"]), said)
        self.assertAlmostEqual(self.read_report()["instructions"][NAME]["ratio"], 1.15, delta=0.005)

    def test_a_program_that_fails_is_no_verdict(self):
        code, said = self.check(program="/bin/false")
        self.assertEqual(code, 2, said)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop()
    if not shutil.which("valgrind"):
        print("skipped: there is no valgrind to count instructions with (Debian: apt-get install valgrind)")
        sys.exit(77)
    unittest.main()
