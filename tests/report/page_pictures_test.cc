// The pictures of a page: sound whatever they show, and what stands in them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/chart.h"
#include "report/class_pictures.h"
#include "report/html.h"
#include "support/markup.h"

namespace lithe::report {
namespace {

using test::expect_well_formed;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Html, EscapesWhatMeansSomething) {
  EXPECT_EQ(escape("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c&#39;");
  EXPECT_EQ(escape("x\n\t\x7fy"), "x   y");
  EXPECT_EQ(escape("żółw 日本"), "żółw 日本");
}

TEST(Html, ShortensBetweenCharacters) {
  EXPECT_EQ(shorten("abcdef", 6), "abcdef");
  EXPECT_EQ(shorten("abcdefg", 6), "abcde…");
  EXPECT_EQ(shorten("日本語", 3), "日本語");
  EXPECT_EQ(shorten("日本語だ", 3), "日本…");
  EXPECT_EQ(shorten("", 3), "");
  EXPECT_LT(shorten(std::string(1000, '\x80'), 3).size(), 16u);  // no UTF-8, but bounded
}

// The vectors of RFC 4648, section 10.
TEST(Html, Base64) {
  const auto encoded = [](std::string_view text) {
    return base64(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  };
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encoded("\xff\xfe\xfd"), "//79");
}

TEST(Confusion, IsWellFormedForAnyNumberOfClasses) {
  for (const std::size_t classes : {1, 2, 3, 10, 26, 100}) {
    std::vector<ConfusionCell> cells;
    std::vector<std::string> names;
    for (std::size_t c = 0; c < classes; ++c) {
      cells.push_back({c, c, 90 * c + 1});
      cells.push_back({c, (c + 1) % classes, 100'000'000});
      names.push_back(std::string(c, 'x') + "<script>&\"" + std::to_string(c));
    }
    const std::string picture = draw_confusion(cells, names);
    expect_well_formed(picture);
    EXPECT_EQ(count_of(picture, "<rect"), cells.size());
    EXPECT_EQ(picture.find("http"), std::string::npos);
  }
}

TEST(Confusion, NumbersStandWhereThereIsRoom) {
  const std::string small = draw_confusion({{0, 0, 41}, {0, 1, 7}, {1, 1, 12}}, {"no", "yes"});
  for (const char* number : {">41<", ">7<", ">12<"}) EXPECT_NE(small.find(number), small.npos);
  EXPECT_NE(small.find("no, predicted as yes: 7 (14.58% of the class)"), small.npos);
  const std::string large = draw_confusion({{0, 0, 41}}, std::vector<std::string>(100, "name"));
  EXPECT_EQ(large.find(">41<"), large.npos);
  EXPECT_NE(large.find("name, predicted as name: 41"), large.npos);
}

TEST(Confusion, LongNamesDoNotMakeItLarge) {
  std::vector<ConfusionCell> cells;
  for (std::size_t i = 0; i < 2500; ++i) cells.push_back({i / 50, i % 50, 1});
  const std::vector<std::string> names(50, std::string(100'000, '&'));
  EXPECT_LT(draw_confusion(cells, names).size(), 4'000'000u);
}

TEST(ReliabilityPicture, ColoursSayWhichWayItErrs) {
  const std::string boasting = draw_reliability("t", {{0, 0.5, 0, 0, 0}, {0.5, 1, 9, 0.9, 0.6}});
  expect_well_formed(boasting);
  EXPECT_NE(boasting.find(kOrange), boasting.npos);
  EXPECT_EQ(boasting.find(kGreen), boasting.npos);
  EXPECT_NE(boasting.find("9 examples: accuracy 60.0%, confidence 90.0%"), boasting.npos);
  const std::string modest = draw_reliability("<t>", {{0.5, 1, 9, 0.6, 0.9}});
  expect_well_formed(modest);
  EXPECT_EQ(modest.find(kOrange), modest.npos);
  EXPECT_NE(modest.find(kGreen), modest.npos);
  expect_well_formed(draw_reliability("t", {}));
}

TEST(Charts, AreWellFormedWhateverTheyShow) {
  for (const double value : {0.0, 1e-300, -7.0, 1e300, kInfinity, kNone}) {
    const std::vector<double> three = {value, 1, value};
    SCOPED_TRACE(value);
    expect_well_formed(draw_curves("<a>", "b", {1, 2, 3}, {{"one", kBlue, three}}));
    expect_well_formed(draw_histogram("<a>", "&", three, value, "<mark>"));
    expect_well_formed(draw_scatter("<a>", three, {2, value, 3}));
  }
  expect_well_formed(draw_curves("a", "b", {1}, {{"one", kBlue, {0.5}}}));
  EXPECT_EQ(draw_curves("a", "b", {1}, {{"one", kBlue, {kNone}}}), "");
  EXPECT_EQ(draw_histogram("a", "b", {}, 0, "m"), "");
  EXPECT_EQ(draw_scatter("a", {}, {}), "");
}

TEST(Charts, ACurveIsBrokenWhereNothingWasMeasured) {
  const std::string whole = draw_curves("a", "b", {1, 2, 3, 4, 5}, {{"x", kBlue, {1, 2, 3, 4, 5}}});
  const std::string broken =
      draw_curves("a", "b", {1, 2, 3, 4, 5}, {{"x", kBlue, {1, 2, kNone, 4, 5}}});
  EXPECT_EQ(count_of(whole, "<polyline"), 1u);
  EXPECT_EQ(count_of(broken, "<polyline"), 2u);
  EXPECT_EQ(count_of(broken, "<circle"), 4u);
}

TEST(Charts, AHistogramHasEveryValue) {
  const std::string picture = draw_histogram("a", "b", {0, 0, 0, 40}, kNone, "");
  EXPECT_EQ(count_of(picture, "<rect"), 2u);
  EXPECT_NE(picture.find("0 to 1: 3<"), picture.npos);
  EXPECT_NE(picture.find("39 to 40: 1<"), picture.npos);
}

TEST(Charts, AHistogramOfOneValueAndOfTheSmallestNumbers) {
  EXPECT_EQ(count_of(draw_histogram("a", "b", {3, 3, 3}, kNone, ""), "<rect"), 1u);
  const double tiny = std::numeric_limits<double>::denorm_min();
  expect_well_formed(draw_histogram("a", "b", {0, tiny}, kNone, ""));
}

TEST(Charts, AScatterOfManyTakesSome) {
  const std::vector<double> many(50'000, 1);
  EXPECT_EQ(count_of(draw_scatter("a", many, many), "<circle"), 2000u);
}

}  // namespace
}  // namespace lithe::report
