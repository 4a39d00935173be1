#include "program/line_facts.h"

#include <gtest/gtest.h>

namespace lithe::program {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

// Stacks of a program that are made by hand.
class Stacks {
 public:
  StackFrame frame(const std::string& file, const std::string& function, int line) {
    auto& code = codes_[file + ":" + function];
    if (code == nullptr) {
      auto made = std::make_shared<PythonCode>();
      made->file = file;
      made->name = function;
      code = std::move(made);
    }
    return {counts.number(code), line, {}};
  }

  void waits(Wait wait, double seconds, std::vector<StackFrame> frames, bool later = true,
             bool others_run = false) {
    Moment moment;
    moment.process = 1;
    moment.first_thread = true;
    moment.later = later;
    moment.wait = wait;
    moment.others_run = others_run;
    moment.frames = std::move(frames);
    counts.add(moment, static_cast<std::uint64_t>(seconds * kSecond));
  }

  void runs(double seconds, std::vector<StackFrame> frames) {
    Moment moment;
    moment.process = 1;
    moment.first_thread = moment.later = moment.runs = true;
    moment.frames = std::move(frames);
    counts.add(moment, static_cast<std::uint64_t>(seconds * kSecond));
  }

  ProgramFacts facts() {
    counts.end_epoch();
    PlaceReader places(files_);
    return program_facts(counts, 1, places);
  }

  StackCounts counts;

 private:
  Files files_;
  std::map<std::string, std::shared_ptr<const PythonCode>> codes_;
};

TEST(LineFacts, TimeBelongsToTheInnermostLineOfTheProgramsOwn) {
  Stacks stacks;
  const auto outer = stacks.frame("/home/me/train.py", "main", 20);
  const auto inner = stacks.frame("/home/me/train.py", "load", 7);
  const auto library = stacks.frame("/usr/lib/python3.11/json/__init__.py", "loads", 346);
  stacks.waits(Wait::disk, 3, {library, inner, outer});
  stacks.waits(Wait::sleep, 1, {outer});
  const ProgramFacts facts = stacks.facts();
  ASSERT_EQ(facts.lines.size(), 2);
  EXPECT_EQ(facts.lines[0].line, 7);
  EXPECT_DOUBLE_EQ(facts.lines[0].all, 0.75);
  EXPECT_DOUBLE_EQ(facts.lines[0][Wait::disk], 0.75);
  EXPECT_DOUBLE_EQ(facts.lines[0].calls.at("json.loads"), 0.75);
  EXPECT_DOUBLE_EQ(facts.lines[1].waiting, 0.25);
  EXPECT_DOUBLE_EQ(facts.waiting, 1);
  EXPECT_DOUBLE_EQ(facts.inclusive.at({"/home/me/train.py", 20, "main"}).all, 1);
  EXPECT_DOUBLE_EQ(facts.inclusive.at({"/home/me/train.py", 7, "load"}).depth, 1);
}

TEST(LineFacts, OnlyTheLaterEpochsCountIfTheyAreLongEnough) {
  Stacks stacks;
  const auto load = stacks.frame("/home/me/train.py", "load", 1);
  const auto step = stacks.frame("/home/me/train.py", "step", 2);
  stacks.waits(Wait::disk, 5, {load}, false);
  stacks.waits(Wait::sleep, 1, {step});
  EXPECT_DOUBLE_EQ(stacks.facts().lines[0].all, 1);
  EXPECT_EQ(stacks.facts().lines[0].line, 2);
  Stacks early;
  early.waits(Wait::disk, 5, {early.frame("/home/me/train.py", "load", 1)}, false);
  EXPECT_FALSE(early.facts().later);
  EXPECT_EQ(early.facts().lines.size(), 1);
}

// What a program does after its last epoch is of none: it prints, frees memory, and ends.
TEST(LineFacts, TheEndOfTheProgramIsNoEpoch) {
  Stacks stacks;
  stacks.waits(Wait::sleep, 1, {stacks.frame("/home/me/train.py", "step", 2)});
  stacks.counts.end_epoch();
  stacks.waits(Wait::disk, 9, {stacks.frame("/home/me/train.py", "save", 3)});
  stacks.counts.end_program();
  const ProgramFacts facts = stacks.facts();
  EXPECT_DOUBLE_EQ(facts.seconds, 1);
  ASSERT_EQ(facts.lines.size(), 1);
  EXPECT_EQ(facts.lines[0].line, 2);
}

TEST(LineFacts, TimeInWhichOthersHadTheProcessorDoesNotCount) {
  Stacks stacks;
  const auto step = stacks.frame("/home/me/train.py", "step", 2);
  stacks.waits(Wait::processor, 9, {step});
  stacks.waits(Wait::sleep, 1, {step});
  EXPECT_DOUBLE_EQ(stacks.facts().seconds, 1);
}

// Only a stack that changes cannot be read.
TEST(LineFacts, UnreadStacksAreThoseOfLinesThatRun) {
  Stacks stacks;
  const auto loop = stacks.frame("/home/me/train.py", "step", 2);
  const auto sleep = stacks.frame("/home/me/train.py", "rest", 9);
  stacks.runs(3, {loop});
  stacks.runs(2, {});
  stacks.waits(Wait::sleep, 5, {sleep});
  const ProgramFacts facts = stacks.facts();
  ASSERT_EQ(facts.lines.size(), 2);
  for (const LineFacts& line : facts.lines) EXPECT_DOUBLE_EQ(line.all, 0.5) << line.line;
  EXPECT_DOUBLE_EQ(facts.waiting, 0.5);
}

// As joblib does, until its threads have their results.
TEST(LineFacts, ALibraryThatSleepsWhileOthersWorkWaitsForThem) {
  Stacks stacks;
  const auto fit = stacks.frame("/home/me/train.py", "fit", 1);
  const auto retrieve = stacks.frame("/v/site-packages/joblib/parallel.py", "_retrieve", 1822);
  stacks.waits(Wait::sleep, 3, {retrieve, fit}, true, true);
  stacks.waits(Wait::sleep, 1, {retrieve, fit});
  stacks.waits(Wait::sleep, 4, {fit}, true, true);
  const ProgramFacts facts = stacks.facts();
  EXPECT_DOUBLE_EQ(facts[Wait::lock], 0.375);
  EXPECT_DOUBLE_EQ(facts[Wait::sleep], 0.625);
}

TEST(LineFacts, WhatTheProgramsOwnSourcesAre) {
  EXPECT_TRUE(is_own_source("/home/me/train.py"));
  EXPECT_TRUE(is_own_source("train.py"));
  EXPECT_FALSE(is_own_source("/venv/lib/python3.11/site-packages/torch/nn/modules/module.py"));
  EXPECT_FALSE(is_own_source("/usr/lib/python3/dist-packages/numpy/core/numeric.py"));
  EXPECT_FALSE(is_own_source("/usr/lib/python3.11/json/decoder.py"));
  EXPECT_FALSE(is_own_source("<frozen importlib._bootstrap>"));
  EXPECT_FALSE(is_own_source("<string>"));  // libraries make functions of texts
  PythonCode text;
  text.file = "<string>";
  text.name = "__init__";
  EXPECT_FALSE(is_own_code(text));
  text.name = "<module>";
  EXPECT_TRUE(is_own_code(text)) << "python3 -c";
  EXPECT_TRUE(is_own_source("/tmp/ipykernel_71/1294.py"));
  EXPECT_TRUE(is_own_source("<ipython-input-3-8a1f>"));
  EXPECT_TRUE(is_own_source("<python-input-0>"));
  EXPECT_TRUE(is_own_source("<stdin>"));
  EXPECT_FALSE(is_own_source(""));
  // Java's packages and Node's modules
  EXPECT_TRUE(is_own_source("Train.java"));
  EXPECT_TRUE(is_own_source("org/example/Train.java"));
  EXPECT_FALSE(is_own_source("java/util/ArrayList.java"));
  EXPECT_FALSE(is_own_source("node:internal/main"));
  EXPECT_FALSE(is_own_source("/home/me/node_modules/x/index.js"));
}

TEST(LineFacts, NamesOfFunctionsHaveTheirModule) {
  EXPECT_EQ(python_name("/usr/lib/python3.11/json/__init__.py", "loads"), "json.loads");
  EXPECT_EQ(python_name("/v/lib/python3.12/site-packages/torch/optim/adam.py", "Adam.step"),
            "torch.optim.adam.Adam.step");
  EXPECT_EQ(python_name("/home/me/train.py", "main"), "train.main");
}

}  // namespace
}  // namespace lithe::program
