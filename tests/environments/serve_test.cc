// An environment as a server (tests/app/rl_test.py asks it everything), and random actions.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "lithe/environment.h"
#include "support/expect_error.h"

namespace lithe {
namespace {

std::vector<nlohmann::json> answers_to(const std::string& questions) {
  std::istringstream in(questions);
  std::ostringstream out;
  serve_environment("cartpole", 3, in, out);
  std::istringstream lines(out.str());
  std::vector<nlohmann::json> answers;
  for (std::string line; std::getline(lines, line);) answers.push_back(nlohmann::json::parse(line));
  return answers;
}

TEST(ServeEnvironment, AnswersALineWithALine) {
  const auto answers = answers_to(
      "{\"command\":\"reset\",\"seed\":7}\n{\"command\":\"step\",\"action\":1}\nnonsense\n");
  ASSERT_EQ(answers.size(), 3u);
  Environments same = Environments::make("cartpole", {.count = 1, .seed = 7});
  std::vector<float> seen(4);
  same.reset({seen.data(), seen.size()});
  EXPECT_EQ(answers[0]["observation"].get<std::vector<float>>(), seen);
  EXPECT_EQ(answers[1]["reward"], 1);
  EXPECT_TRUE(answers[2].contains("error"));
  EXPECT_TRUE(answers_to("").empty());
}

TEST(ServeEnvironment, GoesOnAfterAQuestionThatIsNone) {
  const std::string good = "{\"command\":\"reset\",\"seed\":7}\n";
  for (const std::string& bad :
       {std::string(100000, '['), std::string("{\"command\":\"\xc3"), std::string(3 << 20, ' '),
        std::string("{\"command\":\"\xff\xfe\"}")}) {
    const auto answers = answers_to(bad + "\n" + good);
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_TRUE(answers[0].contains("error"));
    EXPECT_TRUE(answers[1].contains("observation"));
  }
}

TEST(ServeEnvironment, EndsWhereNobodyReads) {
  std::istringstream in("{\"command\":\"reset\"}\n{\"command\":\"reset\"}\n");
  std::ostringstream out;
  out.setstate(std::ios::badbit);
  serve_environment("cartpole", 3, in, out);
  std::string rest;
  EXPECT_TRUE(std::getline(in, rest));  // the second question was not read
}

TEST(ServeEnvironment, RefusesAnUnknownEnvironment) {
  std::istringstream in;
  std::ostringstream out;
  test::expect_error(ErrorKind::sentence, {"cartpole"},
                     [&] { serve_environment("cartpol", 3, in, out); });
}

TEST(SampleAction, DrawsEveryChoice) {
  Rng rng(1, 0);
  std::vector<int> drawn(3);
  for (int i = 0; i < 3000; ++i) {
    std::int32_t choice = -1;
    sample_action({.choices = 3}, rng, choice, {});
    ++drawn.at(static_cast<std::size_t>(choice));
  }
  for (const int count : drawn) EXPECT_NEAR(count, 1000, 100);  // 3.9 standard deviations
}

TEST(SampleAction, FillsTheBoundsOrIsNormal) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Spaces spaces{.action_low = {-2, -kInfinity}, .action_high = {3, kInfinity}};
  Rng rng(1, 0);
  std::int32_t choice = -1;
  std::vector<float> values(2), first, second;
  for (int i = 0; i < 4000; ++i) {
    sample_action(spaces, rng, choice, values);
    first.push_back(values[0]), second.push_back(values[1]);
  }
  EXPECT_EQ(choice, -1);
  EXPECT_GE(*std::ranges::min_element(first), -2);
  EXPECT_LE(*std::ranges::max_element(first), 3);
  EXPECT_LT(*std::ranges::min_element(first), -1.9f);
  EXPECT_GT(*std::ranges::max_element(first), 2.9f);
  const auto within = std::ranges::count_if(second, [](float v) { return std::abs(v) < 1; });
  EXPECT_NEAR(static_cast<double>(within) / 4000, 0.6827, 0.03);  // 4 standard deviations
}

}  // namespace
}  // namespace lithe
