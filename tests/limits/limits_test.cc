#include "limits/limits.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/digest.h"
#include "base/text.h"
#include "data/sample.h"
#include "limits/limits_file.h"
#include "lithe/error.h"

namespace lithe {
namespace {

// A small machine, so that little memory is touched.
MachineIdentity small_machine() {
  MachineIdentity identity;
  identity.processor = "Test processor";
  identity.caches = {{1, 32 << 10, 1}, {2, 256 << 10, 1}};
  identity.memory_bytes = 32 << 20;
  return identity;
}

// Limits that no measuring gives.
Limits invented(const MachineIdentity& identity, const std::string& isa) {
  Limits limits{isa, 1.25e9, 0.75e9, 0, limits::read_levels(identity)};
  limits.measured_at = 1'700'000'000;
  for (Bandwidth& level : limits.read) level.bytes_per_second = 5e9;
  return limits;
}

bool is_invented(const Limits& limits) {
  return limits.flops_float32 == 1.25e9 && limits.flops_float64 == 0.75e9 &&
         limits.read.front().bytes_per_second == 5e9;
}

void expect_sane(const Limits& limits) {
  EXPECT_TRUE(std::isfinite(limits.flops_float32));
  EXPECT_TRUE(std::isfinite(limits.flops_float64));
  EXPECT_GT(limits.flops_float32, 0);
  EXPECT_GT(limits.flops_float64, 0);
  EXPECT_EQ(limits.read.back().level, "memory");
  for (const Bandwidth& level : limits.read) {
    EXPECT_TRUE(std::isfinite(level.bytes_per_second)) << level.level;
    EXPECT_GT(level.bytes_per_second, 0) << level.level;
  }
}

TEST(Limits, ArePositiveForEachInstructionSet) {
  for (const std::string& isa : supported_isas()) {
    const Limits limits = measure_limits(small_machine(), isa);
    EXPECT_EQ(limits.isa, isa);
    expect_sane(limits);
  }
}

TEST(Limits, ScalarIsHeldAgainstTheBest) {
  EXPECT_EQ(limits::measured_isa("scalar"), cpu::best_isa());
  EXPECT_EQ(limits::measured_isa("auto"), cpu::best_isa());
  EXPECT_THROW(limits::measured_isa("sse9"), Error);
}

TEST(Limits, LevelsFitTheCachesAndMemoryDoesNot) {
  const auto levels = limits::read_levels(small_machine());
  ASSERT_EQ(levels.size(), 3u);
  EXPECT_EQ(levels[0].level, "L1");
  EXPECT_LT(levels[0].working_set, 32u << 10);
  EXPECT_EQ(levels[1].level, "L2");
  EXPECT_LT(levels[1].working_set, 256u << 10);
  EXPECT_EQ(levels[2].level, "memory");
  EXPECT_GT(levels[2].working_set, 4u * (256 << 10));
}

TEST(Limits, AMachineThatTellsNothingHasMemoryAlone) {
  const auto levels = limits::read_levels(MachineIdentity{});
  ASSERT_EQ(levels.size(), 1u);
  EXPECT_GT(levels[0].working_set, 0u);
}

TEST(Limits, WhatDoesNotFitIsNotRead) {
  const auto levels = limits::read_levels(small_machine());
  EXPECT_EQ(limits::bytes_to_read(levels, 1e12), levels.back().working_set);
  EXPECT_EQ(limits::bytes_to_read(levels, 4.0 * static_cast<double>(levels[1].working_set)),
            levels[1].working_set);
  EXPECT_EQ(limits::bytes_to_read(levels, 1000), 0u);
}

TEST(Limits, MemoryIsTouchedWithinBounds) {
  MachineIdentity identity = small_machine();
  identity.memory_bytes = std::uint64_t{1} << 40;
  identity.caches = {{3, std::size_t{1} << 30, 1}};
  for (const auto& level : limits::read_levels(identity))
    EXPECT_LE(level.working_set, 256u << 20) << level.level;
  identity.memory_bytes = 1;
  for (const auto& level : limits::read_levels(identity))
    EXPECT_LE(level.working_set, 1u << 20) << level.level;
}

// The user's cache folder is the test's own.
class LimitsFile : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* value = std::getenv("XDG_CACHE_HOME");
    if (value != nullptr) before_ = value;
    ::setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1);
  }
  void TearDown() override {
    if (before_) {
      ::setenv("XDG_CACHE_HOME", before_->c_str(), 1);
    } else {
      ::unsetenv("XDG_CACHE_HOME");
    }
  }

  void keep(const std::string& text) {
    test::write_bytes(limits_file(identity_), {text.begin(), text.end()});
  }
  std::string kept() const { return base::read_text(limits_file(identity_)); }

  test::TemporaryFolder folder_;
  std::optional<std::string> before_;
  MachineIdentity identity_ = small_machine();
  std::string isa_ = std::string(cpu::name(limits::measured_isa("auto")));
};

TEST_F(LimitsFile, IsWrittenOnceAndThenRead) {
  const Limits first = machine_limits(identity_);
  expect_sane(first);
  EXPECT_EQ(limits_file(identity_).parent_path(), folder_.path() / "lithe");
  const Limits second = machine_limits(identity_);
  EXPECT_EQ(second.isa, first.isa);
  EXPECT_EQ(second.flops_float32, first.flops_float32);
  EXPECT_EQ(second.flops_float64, first.flops_float64);
  ASSERT_EQ(second.read.size(), first.read.size());
  for (std::size_t i = 0; i < first.read.size(); ++i) {
    EXPECT_EQ(second.read[i].level, first.read[i].level);
    EXPECT_EQ(second.read[i].working_set, first.read[i].working_set);
    EXPECT_EQ(second.read[i].bytes_per_second, first.read[i].bytes_per_second);
  }
}

TEST_F(LimitsFile, IsMeasuredAgainOnRequest) {
  keep(limits::with_limits("", identity_, invented(identity_, isa_)));
  EXPECT_TRUE(is_invented(machine_limits(identity_)));
  EXPECT_FALSE(is_invented(machine_limits(identity_, "auto", Measure::again)));
  EXPECT_FALSE(is_invented(machine_limits(identity_)));
}

TEST_F(LimitsFile, WhatWasMeasuredUnderLoadIsMeasuredAgainAndTheBestIsKept) {
  Limits loaded = invented(identity_, isa_);
  loaded.under_load = true;
  loaded.flops_float64 = 9e14;  // more than will be measured
  keep(limits::with_limits("", identity_, loaded));
  const Limits again = machine_limits(identity_);
  EXPECT_GT(again.flops_float32, loaded.flops_float32);
  EXPECT_GT(again.measured_at, loaded.measured_at);
  // An undisturbed measurement stands alone.
  EXPECT_EQ(again.flops_float64 == 9e14, again.under_load);
  EXPECT_EQ(limits::find_limits(kept(), identity_, isa_)->under_load, again.under_load);
}

TEST_F(LimitsFile, UnderLoadItIsNotMeasuredAtEachStart) {
  Limits loaded = invented(identity_, isa_);
  loaded.under_load = true;
  loaded.measured_at = std::time(nullptr) - 5;
  keep(limits::with_limits("", identity_, loaded));
  EXPECT_TRUE(is_invented(machine_limits(identity_)));
  loaded.measured_at = std::time(nullptr) + 5000;  // the clock was put back
  keep(limits::with_limits("", identity_, loaded));
  EXPECT_FALSE(is_invented(machine_limits(identity_)));
}

TEST(BestOf, TakesTheHigherOfEachAndIsUndisturbedIfOneWas) {
  const MachineIdentity identity = small_machine();
  Limits one = invented(identity, "x"), other = one;
  one.under_load = true;
  one.flops_float32 = 2e9;
  other.read[1].bytes_per_second = 7e9;
  other.measured_at += 10;
  const Limits best = limits::best_of(one, other);
  EXPECT_EQ(best.flops_float32, 2e9);
  EXPECT_EQ(best.flops_float64, 0.75e9);
  EXPECT_EQ(best.read[0].bytes_per_second, 5e9);
  EXPECT_EQ(best.read[1].bytes_per_second, 7e9);
  EXPECT_EQ(best.measured_at, other.measured_at);
  EXPECT_FALSE(best.under_load);
  EXPECT_TRUE(limits::best_of(one, one).under_load);
}

TEST_F(LimitsFile, KeepsWhatItHoldsOfOtherInstructionSets) {
  keep(limits::with_limits("", identity_, invented(identity_, "other")));
  expect_sane(machine_limits(identity_));
  EXPECT_TRUE(is_invented(limits::find_limits(kept(), identity_, "other").value()));
  EXPECT_TRUE(limits::find_limits(kept(), identity_, isa_).has_value());
}

TEST_F(LimitsFile, IsReplacedWhenCorrupt) {
  keep("{\"format\": 1, \"machine\":");
  expect_sane(machine_limits(identity_));
  EXPECT_TRUE(limits::find_limits(kept(), identity_, isa_).has_value());
}

TEST_F(LimitsFile, OfAnotherMachineIsNotBelieved) {
  MachineIdentity other = identity_;
  other.processor = "Another";
  const std::string text = limits::with_limits("", other, invented(other, isa_));
  EXPECT_FALSE(limits::find_limits(text, identity_, isa_).has_value());
  const std::string replaced = limits::with_limits(text, identity_, invented(identity_, isa_));
  EXPECT_TRUE(limits::find_limits(replaced, identity_, isa_).has_value());
  EXPECT_FALSE(limits::find_limits(replaced, other, isa_).has_value());
}

TEST_F(LimitsFile, FolderThatCannotBeMadeCostsNothingElse) {
  test::write_bytes(folder_.path() / "lithe", {});  // a file where the folder should be
  expect_sane(machine_limits(identity_));
}

TEST_F(LimitsFile, NoFolderAtAllIsNoError) {
  const char* home = std::getenv("HOME");
  const std::string before = home == nullptr ? "" : home;
  ::unsetenv("HOME");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_TRUE(limits_file(identity_).empty());
  expect_sane(machine_limits(identity_));
  if (home != nullptr) ::setenv("HOME", before.c_str(), 1);
}

TEST_F(LimitsFile, EveryPrefixOfItIsRefused) {
  const std::string text = limits::with_limits("", identity_, invented(identity_, isa_));
  ASSERT_TRUE(limits::find_limits(text, identity_, isa_).has_value());
  for (std::size_t size = 0; size + 2 < text.size(); ++size)
    EXPECT_FALSE(limits::find_limits(text.substr(0, size), identity_, isa_).has_value()) << size;
}

TEST_F(LimitsFile, AChangedFigureIsNotBelieved) {
  std::string text = limits::with_limits("", identity_, invented(identity_, isa_));
  const std::size_t figure = text.find("1250000000");
  ASSERT_NE(figure, text.npos);
  text[figure] = '9';
  EXPECT_FALSE(limits::find_limits(text, identity_, isa_).has_value());
  keep(text);
  EXPECT_FALSE(is_invented(machine_limits(identity_)));
}

// Also where the digest is right.
TEST_F(LimitsFile, ImpossibleContentIsRefused) {
  using Json = nlohmann::ordered_json;
  const auto good = Json::parse(limits::with_limits("", identity_, invented(identity_, isa_)));
  const std::string limits = "/limits/" + isa_;
  const std::pair<std::string, Json> changes[] = {
      {"", nullptr},
      {"", Json::array()},
      {"/format", 0},
      {"/format", "1"},
      {"/machine", 7},
      {"/limits", 7},
      {"/limits", Json::array()},
      {limits, nullptr},
      {limits + "/under_load", 1},
      {limits + "/measured_at", -1},
      {limits + "/measured_at", 1e30},
      {limits + "/measured_at", "now"},
      {limits + "/flops_float32", "fast"},
      {limits + "/flops_float32", 0},
      {limits + "/flops_float32", -1e9},
      {limits + "/flops_float64", 1e300},
      {limits + "/flops_float64", nullptr},
      {limits + "/read", Json::array()},
      {limits + "/read", 7},
      {limits + "/read/0", nullptr},
      {limits + "/read/0/level", "L2"},
      {limits + "/read/0/working_set", -1},
      {limits + "/read/0/working_set", 1},
      {limits + "/read/2/bytes_per_second", 1},
  };
  for (const auto& [place, value] : changes) {
    Json bad = good;
    bad[Json::json_pointer(place)] = value;
    if (bad.is_object())
      bad["digest"] = fmt::format("{:016x}", base::digest_of(bad["limits"].dump()));
    EXPECT_FALSE(limits::find_limits(bad.dump(), identity_, isa_).has_value()) << bad.dump(2);
    const Limits again = invented(identity_, isa_);
    EXPECT_TRUE(
        limits::find_limits(limits::with_limits(bad.dump(), identity_, again), identity_, isa_)
            .has_value())
        << bad.dump(2);
  }
  const std::string deep(1 << 16, '[');
  EXPECT_FALSE(limits::find_limits(deep, identity_, isa_).has_value());
}

}  // namespace
}  // namespace lithe
