#include "program/flame_tree.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lithe::program {
namespace {

using Kind = FlameNode::Kind;

class FlameTree : public testing::Test {
 protected:
  StackFrame frame(const std::string& file, const std::string& function, int line,
                   bool native = false) {
    auto& code = codes_[file + ":" + function];
    if (code == nullptr) {
      auto made = std::make_shared<PythonCode>();
      made->file = file;
      made->name = function;
      made->native = native;
      code = std::move(made);
    }
    return {counts_.number(code), line, {}};
  }

  // The innermost frame first.
  void add(Moment moment, double seconds, std::vector<StackFrame> frames, bool later = true) {
    moment.process = 1;
    moment.first_thread = true;
    moment.later = later;
    moment.frames = std::move(frames);
    counts_.add(moment, static_cast<std::uint64_t>(seconds * 1e9));
  }

  FlameNode tree() {
    const Files files;
    PlaceReader places(files);
    counts_.end_epoch();
    return flame_tree(counts_, 1, places);
  }

  static Moment waits(Wait wait) {
    Moment moment;
    moment.wait = wait;
    return moment;
  }
  static Moment runs(bool sampled) {
    Moment moment;
    moment.runs = true;
    moment.sampled = sampled;
    return moment;
  }

  // What is below a node is not more than the node.
  static void expect_sums(const FlameNode& node) {
    double whole = 0, later = 0;
    for (const FlameNode& child : node.children) {
      whole += child.seconds;
      later += child.later_seconds;
      expect_sums(child);
    }
    EXPECT_LE(whole, node.seconds * (1 + 1e-9)) << node.name;
    EXPECT_LE(later, node.later_seconds * (1 + 1e-9)) << node.name;
  }

  static std::size_t size(const FlameNode& node) {
    std::size_t count = 1;
    for (const FlameNode& child : node.children) count += size(child);
    return count;
  }
  static std::size_t depth(const FlameNode& node) {
    std::size_t most = 0;
    for (const FlameNode& child : node.children) most = std::max(most, depth(child));
    return most + 1;
  }

  StackCounts counts_;

 private:
  std::map<std::string, std::shared_ptr<const PythonCode>> codes_;
};

TEST_F(FlameTree, OwnFunctionsHaveTheirLinesAndPackagesTheirModules) {
  const auto outer = frame("/home/me/train.py", "main", 20);
  const auto library = frame("/usr/lib/python3.11/json/__init__.py", "loads", 346);
  add(waits(Wait::disk), 3, {library, outer});
  add(waits(Wait::sleep), 1, {outer}, false);
  const FlameNode root = tree();
  EXPECT_DOUBLE_EQ(root.seconds, 4);
  EXPECT_DOUBLE_EQ(root.later_seconds, 3);
  ASSERT_EQ(root.children.size(), 1);
  const FlameNode& main = root.children[0];
  EXPECT_EQ(main.name, "main");
  EXPECT_EQ(main.line, 20);
  EXPECT_EQ(main.kind, Kind::own);
  ASSERT_EQ(main.children.size(), 2);
  EXPECT_EQ(main.children[0].name, "json.loads");
  EXPECT_EQ(main.children[0].kind, Kind::library);
  EXPECT_EQ(main.children[0].children[0].name, "waits for the disk");
  EXPECT_EQ(main.children[1].kind, Kind::waiting);
  EXPECT_DOUBLE_EQ(main.children[1].later_seconds, 0);
  expect_sums(root);
}

TEST_F(FlameTree, WhatWasNotSampledIsDividedAsWhatWas) {
  const auto main = frame("/home/me/train.py", "main", 20);
  add(runs(true), 1, {main});
  add(runs(false), 3, {main});
  add(waits(Wait::disk), 4, {main});
  const FlameNode root = tree();
  ASSERT_EQ(root.children.at(0).children.size(), 2);
  for (const FlameNode& child : root.children[0].children) EXPECT_NEAR(child.seconds, 4, 1e-9);
  expect_sums(root);
}

TEST_F(FlameTree, AStackOfCompiledCodeIsNotRepeatedByItsSample) {
  const auto main = frame("/home/me/net.cc", "main", 20, true);
  const auto library = frame("", "dgemm_", 0, true);
  add(runs(true), 1, {library, main});
  const FlameNode root = tree();
  EXPECT_EQ(depth(root), 3);
  EXPECT_EQ(root.children.at(0).kind, Kind::own);
  EXPECT_EQ(root.children[0].children.at(0).name, "dgemm_");
  EXPECT_EQ(root.children[0].children[0].kind, Kind::compiled);
}

TEST_F(FlameTree, SmallFunctionsAreJoined) {
  constexpr int kFunctions = 20'000;
  for (int i = 0; i < kFunctions; ++i)
    add(waits(Wait::disk), 0.001, {frame("/home/me/train.py", fmt::format("f{}", i), 1)});
  add(waits(Wait::disk), 20, {frame("/home/me/train.py", "large", 1)});
  const FlameNode root = tree();
  EXPECT_NEAR(root.seconds, 40, 1e-6);
  ASSERT_EQ(root.children.size(), 2);
  EXPECT_EQ(root.children[1].kind, Kind::rest);
  EXPECT_NEAR(root.children[1].seconds, 20, 1e-6);
  expect_sums(root);
}

TEST_F(FlameTree, ItsSizeIsBounded) {
  std::vector<StackFrame> deep;
  for (int i = 0; i < 400; ++i)
    deep.push_back(frame("/home/me/train.py", fmt::format("f{}", i), i + 1));
  for (int i = 0; i < 2000; ++i) {
    deep[0].line = i + 1000;
    deep[399].line = i + 1000;
    add(waits(Wait::disk), 0.01, deep);
  }
  const FlameNode root = tree();
  EXPECT_LE(depth(root), 101);
  EXPECT_LE(size(root), 1000 * 100);
  EXPECT_NEAR(root.seconds, 20, 1e-6);
  expect_sums(root);
}

TEST_F(FlameTree, AFunctionThatCallsItselfIsOneNode) {
  const auto frame_of = frame("/home/me/tree.py", "visit", 3);
  add(waits(Wait::disk), 1, {frame_of, frame_of, frame_of});
  EXPECT_EQ(depth(tree()), 3);
}

TEST_F(FlameTree, OnlyTheMainThreadWhenItHadAProcessor) {
  const auto main = frame("/home/me/train.py", "main", 20);
  add(waits(Wait::processor), 5, {main});
  EXPECT_EQ(tree().seconds, 0);
  Moment other = waits(Wait::lock);
  other.process = 1;
  counts_.add(other, 1'000'000'000);
  counts_.end_epoch();
  EXPECT_EQ(tree().seconds, 0);
}

TEST_F(FlameTree, LongNamesAreCut) {
  add(waits(Wait::disk), 1, {frame("/home/me/train.py", std::string(100'000, 'x'), 1)});
  EXPECT_LE(tree().children.at(0).name.size(), 200);
}

}  // namespace
}  // namespace lithe::program
