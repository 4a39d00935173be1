"""lithe doctor: what slows this machine."""

import json
import os
import unittest

from support import AppTest, SANITIZED


class Doctor(AppTest):
    """What makes programs slow here: each case staged in the environment, as far as it can be."""

    def doctor(self, *arguments):
        return json.loads(self.run_lithe("doctor", "--json", *arguments).stdout)

    def find(self, diagnosis, name):
        return [finding for finding in diagnosis["findings"] if finding["name"] == name]

    def test_says_what_it_costs_what_to_do_and_how_to_check(self):
        diagnosis = self.doctor()
        self.assertGreater(diagnosis["seconds"], 0)
        for finding in diagnosis["findings"]:
            for key in ("name", "problem", "remedy", "check"):
                self.assertTrue(finding[key], finding)
            self.assertTrue(finding["factor"] == 0 or finding["factor"] >= 1.05, finding)
        self.assertGreater(diagnosis["trials"]["granted"]["processors"], 0)
        names = [check["name"] for check in diagnosis["checks"]]
        self.assertEqual(names, ["blas", "threads", "settings", "quota", "other programs", "host",
                                 "clock", "instructions", "build", "bandwidth", "denormals",
                                 "huge pages", "memory"])

    def test_as_text(self):
        text = self.run_lithe("doctor").stdout
        self.assertRegex(text, r"(?m)^(1\. |Nothing that could be seen makes)")
        everything = self.run_lithe("doctor", "--all").stdout
        self.assertRegex(everything, "(?m)^fine: instructions ")

    def test_names_old_kernels_first_with_the_command_that_mends_them(self):
        self.environment["OPENBLAS_CORETYPE"] = "Prescott"
        old = self.find(self.doctor(), "old_kernels")
        if not old:
            self.skipTest("needs an OpenBLAS (apt-get install libopenblas0-pthread) and a processor with "
                          "AVX2")
        self.assertIn("Prescott", old[0]["problem"])
        self.assertRegex(old[0]["commands"][0],
                         "^(unset OPENBLAS_CORETYPE|export OPENBLAS_CORETYPE=[A-Z])")
        self.assertGreater(old[0]["factor"], 1.3)
        command = old[0]["commands"][0].split()
        if command[0] == "unset":
            del self.environment["OPENBLAS_CORETYPE"]
        else:
            self.environment["OPENBLAS_CORETYPE"] = command[1].split("=")[1]
        self.assertEqual(self.find(self.doctor(), "old_kernels"), [])

    @unittest.skipIf(SANITIZED, "needs a build without sanitizers, whose speeds are the machine's")
    def test_names_the_reference_blas(self):
        folder = "/usr/lib/x86_64-linux-gnu/blas"
        if not os.path.exists(os.path.join(folder, "libblas.so.3")):
            self.skipTest("needs the reference BLAS (apt-get install libblas3)")
        self.environment["LD_LIBRARY_PATH"] = folder
        slow = self.find(self.doctor(), "slow_blas")
        self.assertTrue(any("reference BLAS" in finding["problem"] for finding in slow), slow)
        self.assertEqual(slow[0]["commands"], ["unset LD_LIBRARY_PATH"])
        self.assertGreater(slow[0]["factor"], 1.5)

    def test_names_more_threads_than_processors(self):
        self.environment["OMP_NUM_THREADS"] = "64"
        diagnosis = self.doctor()
        if "OpenMP" not in [one["observed"] for one in diagnosis["checks"] if one["name"] == "threads"][0]:
            self.skipTest("needs GCC's OpenMP (apt-get install libgomp1), and a machine on which its trial "
                          "ends in time")
        if os.cpu_count() >= 64:
            self.skipTest("needs a machine with fewer than 64 processors")
        threads = [f for f in self.find(diagnosis, "threads") if "OpenMP" in f["problem"]]
        self.assertEqual(len(threads), 1, diagnosis)
        self.assertIn("64 threads", threads[0]["problem"])
        self.assertRegex(threads[0]["commands"][0], "OMP_NUM_THREADS")

    def test_mistakes(self):
        self.assertIn("no program after '--'", self.run_lithe("doctor", "--", status=2).stderr)
        self.run_lithe("doctor", "--nonsense", status=2)


if __name__ == "__main__":
    unittest.main()
