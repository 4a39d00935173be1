#include "network/syntax.h"

#include <gtest/gtest.h>

#include <string>

#include "network/sentence_error.h"

namespace lithe::network {
namespace {

// The value of x(TEXT).
template <typename T>
T read(const std::string& text) {
  const auto calls = parse("x(" + text + ")");
  return std::get<T>(calls.at(0).arguments.at(0).value.value);
}

Error error_of(const std::string& text) {
  return refusal([&] { parse(text); });
}

TEST(Syntax, ReadsNumbersInEveryForm) {
  EXPECT_EQ(read<double>("30"), 30);
  EXPECT_EQ(read<double>("0.5"), 0.5);
  EXPECT_EQ(read<double>(".5"), 0.5);
  EXPECT_EQ(read<double>("5."), 5);
  EXPECT_EQ(read<double>("-1.5"), -1.5);
  EXPECT_EQ(read<double>("+2"), 2);
  EXPECT_EQ(read<double>("3e-4"), 3e-4);
  EXPECT_EQ(read<double>("3E+4"), 3e4);
  EXPECT_EQ(read<double>("5%"), 0.05);
  EXPECT_EQ(read<double>("-0.5%"), -0.005);
}

// A hundredth of the number as it is written, rounded once.
TEST(Syntax, ReadsPercentagesExactly) {
  for (int i = 1; i < 1000; ++i) {
    const std::string digits = std::to_string(i / 10) + "." + std::to_string(i % 10);
    const auto calls = parse("f(" + digits + "%, " + digits + "e-2, +" + digits + "E1%)");
    const auto value = [&](std::size_t at) {
      return std::get<double>(calls[0].arguments[at].value.value);
    };
    ASSERT_EQ(value(0), value(1)) << digits;
    ASSERT_EQ(value(2), std::stod(digits + "e-1")) << digits;
  }
}

TEST(Syntax, ReadsShapes) {
  EXPECT_EQ(read<Shape>("28x28"), (Shape{{28, 28}}));
  EXPECT_EQ(read<Shape>("28x28x1"), (Shape{{28, 28, 1}}));
  EXPECT_EQ(read<Shape>("1x2x3x4"), (Shape{{1, 2, 3, 4}}));
  EXPECT_EQ(read<Shape>("4096x4096").size(), kLargestSize);
}

TEST(Syntax, ReadsCallsAndKnowsWhereTheyStand) {
  const std::string text = " a -> b_2 ( 1 , key = 28x28 ) ";
  const auto calls = parse(text);
  ASSERT_EQ(calls.size(), 2u);
  const auto at = [&](Place place) { return text.substr(place.begin, place.end - place.begin); };
  EXPECT_EQ(at(calls[0].place), "a");
  EXPECT_EQ(at(calls[1].place), "b_2");
  ASSERT_EQ(calls[1].arguments.size(), 2u);
  EXPECT_EQ(calls[1].arguments[0].key, "");
  EXPECT_EQ(at(calls[1].arguments[0].place), "1");
  EXPECT_EQ(calls[1].arguments[1].key, "key");
  EXPECT_EQ(at(calls[1].arguments[1].place), "key");
  EXPECT_EQ(at(calls[1].arguments[1].value.place), "28x28");
}

TEST(Syntax, WhiteSpaceIsFree) {
  const auto tight = parse("a(1,k=b->c)->d"), wide = parse("\n a\t( 1 ,\r k = b -> c ) -> d \n");
  ASSERT_EQ(tight.size(), 2u);
  ASSERT_EQ(wide.size(), 2u);
  EXPECT_EQ(std::get<std::vector<Call>>(wide[0].arguments[1].value.value).size(), 2u);
  EXPECT_EQ(parse("a()").at(0).arguments.size(), 0u);
}

struct Mistake {
  std::string text, underlined, problem;
};

TEST(Syntax, PointsAtWhatIsWrong) {
  const Mistake mistakes[] = {
      {"", " ", "the sentence ends where a name was expected"},
      {"a ->", " ", "the sentence ends where a name was expected"},
      {"a -> ) b", ")", "a name was expected here"},
      {"a -> 3", "3", "a name was expected here"},
      {"Dense(3)", "D", "a name was expected here"},
      {"a b", "b", "something follows the end of the sentence"},
      {"a(1))", ")", "something follows the end of the sentence"},
      {"a(1", " ", "',' or ')' was expected here"},
      {"a(1 2)", "2", "',' or ')' was expected here"},
      {"a(1,)", ")", "a name was expected here"},
      {"a(k=)", ")", "a name was expected here"},
      {"a(1e999)", "1e999", "this number is too large or too small to be represented"},
      {"a(-1e-999)", "-1e-999", "this number is too large or too small to be represented"},
      {"a(3abc)", "3a", "this is neither a number nor a name"},
      {"a(1.2.3)", "1.2.", "this is neither a number nor a name"},
      {"a(.)", ".", "a number was expected here"},
      {"a(-)", "-", "a number was expected here"},
      {"a(-inf)", "-", "a number was expected here"},
      {"a(+-3)", "+", "a number was expected here"},
      {"a(0x3)", "0", "this is no shape"},
      {"a(3x)", "3x)", "this is no shape"},
      {"a(1x2x3x4x5)", "1x2x3x4x5", "this is no shape"},
      {"a(3x99999999999999999999)", "3x99999999999999999999", "this is no shape"},
      {"a(4096x4097)", "4096x4097", "this is no shape"},
      {"a(3x4y)", "y", "this is no shape"},
      {"a(\xcf\x83)", "?", "a name was expected here"},
      {std::string("a\0", 2), "?", "something follows the end of the sentence"},
  };
  for (const Mistake& mistake : mistakes) {
    SCOPED_TRACE(mistake.text);
    const Error error = error_of(mistake.text);
    EXPECT_EQ(error.problem(), mistake.problem);
    EXPECT_EQ(underlined(error), mistake.underlined);
  }
}

TEST(Syntax, ShowsOneShortPrintableLineOfALongText) {
  std::string text = "a";
  for (int i = 0; i < 1000; ++i) text += "\n->\ta";
  const Error error = error_of(text + " \x1b[31m" + text);
  EXPECT_EQ(underlined(error), "?");
  EXPECT_LT(error.where().size(), 250u);
  EXPECT_EQ(std::count(error.where().begin(), error.where().end(), '\n'), 1);
  for (const char c : error.where()) EXPECT_TRUE((c >= ' ' && c <= '~') || c == '\n');
}

TEST(Syntax, NestingIsBounded) {
  const auto nested = [](int depth) {
    std::string text = "a";
    for (int i = 1; i < depth; ++i) text = "a(" + text + ")";
    return text;
  };
  EXPECT_NO_THROW(parse(nested(kDeepestNesting)));
  const Error error = error_of(nested(kDeepestNesting + 1));
  EXPECT_EQ(error.problem(), "more than 32 levels of parentheses");
  EXPECT_EQ(underlined(error), "a");
  error_of(std::string(kLongestSentence, '('));
}

TEST(Syntax, LengthIsBounded) {
  std::string text = "a";
  while (text.size() + 3 <= kLongestSentence) text += "->a";
  EXPECT_EQ(parse(text).size(), 1 + (kLongestSentence - 1) / 3);
  const Error error = error_of(std::string(1 << 20, 'a'));
  EXPECT_EQ(error.problem(), "a sentence of 1048576 bytes; at most 65536 are read");
  EXPECT_LT(std::string(error.what()).size(), 300u);
}

}  // namespace
}  // namespace lithe::network
