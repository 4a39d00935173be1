#include "program/line_findings.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lithe::program {
namespace {

LineFacts line(int number, double share, const std::string& function = "train") {
  LineFacts facts;
  facts.file = "/home/me/train.py";
  facts.function = function;
  facts.line = number;
  facts.python = true;
  facts.all = share;
  return facts;
}

ProgramFacts program(std::vector<LineFacts> lines) {
  ProgramFacts facts;
  facts.seconds = 10;
  facts.later = true;
  for (const LineFacts& one : lines) facts.add(one);
  facts.lines = std::move(lines);
  return facts;
}

ProgramFinding only(ProgramFacts facts) {
  const auto findings = line_findings(facts, 2);
  EXPECT_EQ(findings.size(), 1);
  return findings.empty() ? ProgramFinding{} : findings.front();
}

void compute(LineFacts& line, Activity activity, double share) {
  line.activity[static_cast<std::size_t>(activity)] += share;
  (activity == Activity::interpreter ? line.interpreter : line.native) += share;
}

LineFacts busy(int number, double share, Activity activity = Activity::loops) {
  LineFacts facts = line(number, share);
  compute(facts, activity, share);
  return facts;
}

TEST(LineFindings, NothingOfLinesThatMultiply) {
  ProgramFacts facts = program({busy(1, 0.9, Activity::products), busy(2, 0.1)});
  EXPECT_TRUE(line_findings(facts, 2).empty());
}

TEST(LineFindings, DecodingInEachEpoch) {
  LineFacts load = busy(5, 0.8, Activity::other);
  load.inside["PIL.Image.Image.load"] = 0.7;
  load.inside["PIL.Image.Image.convert"] = 0.75;
  const ProgramFacts facts = program({load, busy(9, 0.2)});
  const ProgramFinding finding = only(facts);
  EXPECT_EQ(finding.name, "decoding");
  EXPECT_EQ(finding.place->line, 5);
  EXPECT_NEAR(finding.factor, 4, 0.1);
  ProgramFacts first = facts;
  first.later = false;
  EXPECT_TRUE(line_findings(first, 2).empty()) << "files must be decoded once";
}

// What is done to the pictures when they are loaded is kept with them.
TEST(LineFindings, AFunctionThatLoadsIsLoadingAsAWhole) {
  LineFacts decode = busy(5, 0.5, Activity::other), scale = busy(6, 0.4);
  decode.function = scale.function = "load";
  decode.inside["PIL.Image.Image.load"] = 0.5;
  const ProgramFinding finding = only(program({decode, scale, busy(9, 0.1)}));
  EXPECT_EQ(finding.name, "decoding");
  EXPECT_EQ(finding.place->line, 5);
  EXPECT_GT(finding.factor, 8);
}

TEST(LineFindings, EachWaitHasItsLine) {
  for (const auto& [wait, name] : {std::pair{Wait::sync, "fsync"}, std::pair{Wait::sleep, "sleep"},
                                   std::pair{Wait::network, "network"}}) {
    LineFacts waits = line(3, 0.5);
    waits.waiting = waits.wait[static_cast<std::size_t>(wait)] = 0.5;
    const ProgramFinding finding = only(program({waits, busy(9, 0.5)}));
    EXPECT_EQ(finding.name, name);
    EXPECT_EQ(finding.place->line, 3);
    EXPECT_NEAR(finding.factor, 2, 0.1);
  }
}

TEST(LineFindings, ALoopOfPythonCostsAllOfIt) {
  LineFacts loop = line(4, 0.6, "loss"), rest = busy(9, 0.4, Activity::products);
  compute(loop, Activity::interpreter, 0.4);
  compute(loop, Activity::framework, 0.2);
  loop.native_code = {{"_PyEval_EvalFrameDefault in libpython3.11.so.1.0", 0.4},
                      {"array_subscript in _multiarray_umath.so", 0.2}};
  const ProgramFinding finding = only(program({loop, rest}));
  EXPECT_EQ(finding.name, "python_loop");
  EXPECT_EQ(finding.place->line, 4);
  EXPECT_NEAR(finding.factor, 2.4, 0.1);
}

TEST(LineFindings, GarbageCollection) {
  LineFacts makes = busy(4, 1, Activity::interpreter);
  makes.collecting = 0.7;
  ProgramFacts facts = program({makes});
  const auto findings = line_findings(facts, 2);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings.front().name, "garbage_collector");
  EXPECT_NEAR(findings.front().factor, 3.3, 0.1);
}

TEST(LineFindings, DoublePrecisionCostsHalfOfItsTime) {
  LineFacts product = busy(4, 0.9, Activity::products);
  product.native_code["dgemm_kernel_HASWELL in libopenblas.so.0"] = 0.8;
  const ProgramFinding finding = only(program({product, busy(9, 0.1)}));
  EXPECT_EQ(finding.name, "float64");
  EXPECT_NEAR(finding.factor, 1 / 0.55, 0.01);
}

// A cost that one finding explains is not another's too.
TEST(LineFindings, ACostIsCountedOnce) {
  LineFacts load = busy(5, 0.8, Activity::interpreter);
  load.inside["csv.DictReader.__next__"] = 0.8;
  ProgramFacts facts = program({load, busy(9, 0.2, Activity::products)});
  const auto findings = line_findings(facts, 2);
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0].name, "parsing");
  EXPECT_NEAR(facts.interpreter, 0, 1e-9);
}

}  // namespace
}  // namespace lithe::program
