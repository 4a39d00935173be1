"""lithe info: this machine as Lithe sees it."""

import json
import os
import unittest

from support import AppTest


class Info(AppTest):
    def test_info(self):
        machine = json.loads(self.run_lithe("info", "--json").stdout)
        self.assertGreater(machine["limits"]["flops_float32"], 1e9)
        self.assertGreater(machine["all_cores"]["flops_float32"], 1e8)
        self.assertGreaterEqual(machine["all_cores"]["threads"], 1)
        self.assertGreater(machine["all_cores"]["clock_one_core"], 1e8)
        for finding in machine["findings"]:
            self.assertTrue(finding["problem"] and finding["remedy"], finding)
        text = self.run_lithe("info").stdout
        self.assertLessEqual(len(text.splitlines()), 50, "one screen")
        for word in ["processor", "caches", "arithmetic", "reading", "BLAS", "verdict"]:
            self.assertRegex(text, "(?m)^" + word)
        self.assertRegex(self.run_lithe("info", "--all").stdout, "(?m)^quota")

    def test_info_tells_broken_libraries_and_settings(self):
        folder = os.path.join(self.folder, "lib")
        os.mkdir(folder)
        path = os.path.join(folder, "libblas.so.3")
        with open(path, "w", encoding="utf-8") as file:
            file.write("INPUT(libopenblas.so)\n")
        self.environment["OMP_NUM_THREADS"] = "100000"
        machine = json.loads(self.run_lithe("info", "--json", "--blas-folder", folder).stdout)
        broken = [b for b in machine["blas"] if path in b["names"]]
        self.assertEqual([b["problem"] for b in broken], ["is text, not a library"])
        problems = " ".join(finding["problem"] for finding in machine["findings"])
        self.assertIn("is text, not a library", problems)
        self.assertIn("OMP_NUM_THREADS=100000", problems)

    def test_info_names_kernels_of_an_older_processor(self):
        self.environment["OPENBLAS_CORETYPE"] = "Prescott"
        machine = json.loads(self.run_lithe("info", "--json").stdout)
        old = [b for b in machine["blas"] if b["core"] == "Prescott"]
        if not old or "avx512" not in machine["isas"]:
            self.skipTest("needs an OpenBLAS (apt-get install libopenblas0-pthread) and a processor with "
                          "AVX-512")
        self.assertGreater(old[0]["remedied_float32"], 1.5 * old[0]["flops_float32"])
        first = machine["findings"][0]
        self.assertIn("Prescott", first["problem"])
        self.assertIn("OPENBLAS_CORETYPE", first["commands"][0])
        self.assertGreater(first["factor"], 1.5)


if __name__ == "__main__":
    unittest.main()
