// How values of a parameter are written, and which one stands where.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "lithe/error.h"
#include "lithe/sweep.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

using Kind = SweepParameter::Kind;

TEST(Parameter, ListsAreCutAtCommasOutsideOfBracketsAndQuotes) {
  const auto list = [](const char* text) { return SweepParameter::parse(text).choices; };
  EXPECT_EQ(list("units=16,32,64"), (std::vector<std::string>{"16", "32", "64"}));
  EXPECT_EQ(list("act=relu, leaky_relu(0.2, 1),tanh"),
            (std::vector<std::string>{"relu", "leaky_relu(0.2, 1)", "tanh"}));
  EXPECT_EQ(list("net=\"dense(8, relu) -> dense(1)\",dense(9)"),
            (std::vector<std::string>{"dense(8, relu) -> dense(1)", "dense(9)"}));
  EXPECT_EQ(list("one=5"), std::vector<std::string>{"5"});
  EXPECT_EQ(list("file=../a.csv,../b.csv"), (std::vector<std::string>{"../a.csv", "../b.csv"}));
}

TEST(Parameter, RangesAreWholeWhereBothEndsAreWrittenSo) {
  EXPECT_EQ(SweepParameter::parse("u=8..256").kind, Kind::integer);
  EXPECT_EQ(SweepParameter::parse("u=8..256:log").kind, Kind::integer);
  EXPECT_EQ(SweepParameter::parse("u=-3..3").kind, Kind::integer);
  EXPECT_EQ(SweepParameter::parse("u=1.0..10").kind, Kind::real);
  EXPECT_EQ(SweepParameter::parse("u=1e-4..1e-1:log").kind, Kind::real);
  EXPECT_EQ(SweepParameter::parse("u=1e2..1e4:int,log").kind, Kind::integer);
  EXPECT_EQ(SweepParameter::parse("u=0..1:step=0.25").kind, Kind::real);
  EXPECT_EQ(SweepParameter::parse("u=0..8:step=2").kind, Kind::integer);
}

TEST(Parameter, CountsItsValues) {
  const auto count = [](const char* text) { return SweepParameter::parse(text).count(); };
  EXPECT_EQ(count("u=a,b,c"), 3u);
  EXPECT_EQ(count("u=8..11"), 4u);
  EXPECT_EQ(count("u=0..1:step=0.1"), 11u);
  EXPECT_EQ(count("u=0..8:step=3"), 3u);
  EXPECT_EQ(count("u=0.0..1"), 0u);
  EXPECT_EQ(count("u=1e-4..1e-1:log,points=4"), 4u);
}

TEST(Parameter, PointsAreEvenlySpaced) {
  EXPECT_EQ(SweepParameter::parse("r=1e-4..1e-1:log,points=4").choices,
            (std::vector<std::string>{"0.0001", "0.001", "0.01", "0.1"}));
  EXPECT_EQ(SweepParameter::parse("r=0.0..1:points=5").choices,
            (std::vector<std::string>{"0", "0.25", "0.5", "0.75", "1"}));
}

TEST(Parameter, StaysWithinItsRangeAndTakesEveryPartOfItAlike) {
  constexpr int kDraws = 6000;
  for (const char* text : {"u=3..8", "u=8..256:log", "r=0.5..2.5", "r=1e-4..1e-1:log", "c=a,b,c",
                           "s=0..1:step=0.2", "i=1..3:log"}) {
    const SweepParameter p = SweepParameter::parse(text);
    for (int i = 0; i < kDraws; ++i) {
      const double place = (i + 0.5) / kDraws;
      const std::string value = p.value_at(place);
      if (p.kind != Kind::choice) {
        EXPECT_GE(std::stod(value), p.low) << text;
        EXPECT_LE(std::stod(value), p.high) << text;
      }
      // The value stands where it was drawn from, but for the width of its own share.
      const double width =
          p.count() > 0 && !p.logarithmic ? 0.5 / double(p.count()) + 1e-9
          : p.kind == Kind::integer
              ? std::log(p.low / (p.low - 0.5)) / std::log((p.high + 0.5) / (p.low - 0.5)) + 1e-9
              : 1e-5;
      EXPECT_NEAR(p.place_of(value), place, width) << text << " " << value;
    }
    EXPECT_EQ(p.value_at(0), p.value_at(1e-9)) << text;
  }
}

TEST(Parameter, EachValueOfAListIsAsLikelyAsAnother) {
  for (const char* text : {"c=a,b,c", "u=3..8", "s=0..1:step=0.2"}) {
    const SweepParameter p = SweepParameter::parse(text);
    std::map<std::string, int> counts;
    const int each = 100, all = each * static_cast<int>(p.count());
    for (int i = 0; i < all; ++i) ++counts[p.value_at((i + 0.5) / all)];
    EXPECT_EQ(counts.size(), p.count());
    for (const auto& [value, count] : counts) EXPECT_EQ(count, each) << text << " " << value;
  }
}

TEST(Parameter, RealValuesAreTheSameWhenTheyAreReadAgain) {
  const SweepParameter p = SweepParameter::parse("r=1e-4..1e-1:log");
  for (int i = 0; i < 1000; ++i) {
    const std::string value = p.value_at(i / 1000.);
    EXPECT_LE(value.size(), 12u);
    char again[32];
    std::snprintf(again, sizeof again, "%.6g", std::stod(value));
    EXPECT_EQ(value, again);
  }
}

TEST(Parameter, RefusesWhatItDoesNotUnderstand) {
  for (const char* text : {"units",
                           "=3",
                           "units=",
                           "1x=3",
                           "u=1,,2",
                           "u=1,1",
                           "u=\"a",
                           "u=\"a\"b",
                           "u=1..x",
                           "u=5..1",
                           "u=1..1",
                           "u=0..1:log",
                           "u=1..9:logg",
                           "u=1..9:step=0",
                           "u=1..9:step=x",
                           "u=1..9:points=1",
                           "u=1..9:log,step=2",
                           "u=1.5..9:int",
                           "u=1..9:step=1,points=3",
                           "u=1..1e999"}) {
    test::expect_error(ErrorKind::usage, {"--try"}, [&] { SweepParameter::parse(text); });
  }
}

}  // namespace
}  // namespace lithe
