// Scores of unknownness: what holds for all of them, and their formulas on cases worked by hand.
#include "lithe/unknown.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "lithe/error.h"

namespace lithe {
namespace {

constexpr std::size_t kColumns = 8, kClasses = 3;

// The logits that a head makes of features: class c looks at features c and c + 3.
Head head() {
  Head result{std::vector<double>(kColumns * kClasses), {0.1, -0.2, 0.1}};
  for (std::size_t c = 0; c < kClasses; ++c)
    result.weight[c * kClasses + c] = 2, result.weight[(c + 3) * kClasses + c] = 1;
  return result;
}

void add_row(Evidence& e, const std::vector<double>& features, std::int32_t label) {
  const Head h = head();
  e.rows += 1, e.columns = kColumns, e.classes = kClasses;
  e.features.insert(e.features.end(), features.begin(), features.end());
  for (std::size_t c = 0; c < kClasses; ++c) {
    double sum = h.bias[c];
    for (std::size_t j = 0; j < kColumns; ++j) sum += features[j] * h.weight[j * kClasses + c];
    e.logits.push_back(sum);
  }
  e.labels.push_back(label);
}

// Clusters, one a class; or, `far`, what lies where no class does: small where classes are large,
// and large where they are small.
Evidence examples(std::size_t rows, bool far, std::uint64_t seed) {
  base::Rng random(seed, 7);
  Evidence result;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t label = i % kClasses;
    std::vector<double> x(kColumns);
    for (double& v : x) v = 0.3 * random.normal();
    if (far)
      x[6] += 4, x[7] -= 4;
    else
      x[label] += 4, x[label + 3] += 2;
    add_row(result, x, static_cast<std::int32_t>(label));
  }
  return result;
}

double auroc(const std::vector<double>& known, const std::vector<double>& unknown) {
  double right = 0;
  for (const double k : known)
    for (const double u : unknown) right += u > k ? 1 : u == k ? 0.5 : 0;
  return right / static_cast<double>(known.size() * unknown.size());
}

class EachScore : public testing::TestWithParam<std::string> {};

TEST_P(EachScore, TellsFarFromKnown) {
  const auto score = UnknownScore::fit(GetParam(), examples(300, false, 1), head());
  // Where all logits are near 0 OpenMax has little to take away: it is the weakest of all.
  EXPECT_GT(auroc(score.score(examples(90, false, 2)), score.score(examples(90, true, 3))),
            GetParam() == "openmax" ? 0.9 : 0.99);
}

TEST_P(EachScore, RestoredGivesTheSameBits) {
  const auto score = UnknownScore::fit(GetParam(), examples(300, false, 1), head());
  const auto again = UnknownScore::restore(score.sentence(), score.arrays());
  const Evidence some = examples(20, false, 5);
  EXPECT_EQ(again.score(some), score.score(some));
  EXPECT_EQ(again.sentence(), score.sentence());
}

TEST_P(EachScore, OfAnExampleDoesNotDependOnTheOthers) {
  const auto score = UnknownScore::fit(GetParam(), examples(300, false, 1), head());
  const Evidence all = examples(6, true, 4);
  const std::vector<double> together = score.score(all);
  for (std::size_t i = 0; i < all.rows; ++i) {
    Evidence one;
    add_row(one,
            {all.features.begin() + static_cast<std::ptrdiff_t>(i * kColumns),
             all.features.begin() + static_cast<std::ptrdiff_t>((i + 1) * kColumns)},
            0);
    EXPECT_EQ(score.score(one)[0], together[i]);
  }
}

TEST_P(EachScore, StaysANumberForLargeLogits) {
  const auto score = UnknownScore::fit(GetParam(), examples(300, false, 1), head());
  Evidence large = examples(3, false, 6);
  for (double& v : large.logits) v *= 1e4;
  for (const double v : score.score(large)) EXPECT_TRUE(std::isfinite(v));
}

TEST_P(EachScore, RefusesWhatIsNoNumberAndArraysThatDoNotFit) {
  Evidence bad = examples(300, false, 1);
  bad.features[5] = NAN;
  EXPECT_THROW(UnknownScore::fit(GetParam(), bad, head()), Error);
  const auto score = UnknownScore::fit(GetParam(), examples(300, false, 1), head());
  for (const auto& [name, array] : score.arrays()) {
    auto arrays = score.arrays();
    arrays.erase(name);
    EXPECT_THROW(UnknownScore::restore(score.sentence(), arrays), Error) << name;
    arrays = score.arrays();
    arrays[name].values.pop_back();
    EXPECT_THROW(UnknownScore::restore(score.sentence(), arrays), Error) << name;
  }
}

// Features that never change, as of units that are dead.
TEST_P(EachScore, LivesWithConstantFeatures) {
  Evidence flat = examples(300, false, 1);
  for (std::size_t i = 0; i < flat.rows; ++i) flat.features[i * kColumns + 7] = 0;
  const auto score = UnknownScore::fit(GetParam(), flat, head());
  for (const double v : score.score(examples(9, false, 2))) EXPECT_TRUE(std::isfinite(v));
}

INSTANTIATE_TEST_SUITE_P(Unknown, EachScore, testing::ValuesIn(unknown_scores()),
                         [](const auto& at) { return at.param; });

Evidence of_logits(std::vector<double> logits) {
  Evidence result;
  result.rows = 1, result.columns = 0, result.classes = logits.size();
  result.logits = std::move(logits);
  return result;
}

TEST(Unknown, FormulasOfLogits) {
  const Evidence e = of_logits({1, 2, 4});
  const double sum = std::exp(1) + std::exp(2) + std::exp(4);
  const auto score = [&](const char* sentence) {
    return UnknownScore::restore(sentence, {}).score(e)[0];
  };
  EXPECT_DOUBLE_EQ(score("max_logit"), -4);
  EXPECT_DOUBLE_EQ(score("energy"), -std::log(sum));
  EXPECT_DOUBLE_EQ(score("energy(2)"), -2 * std::log(std::exp(0.5) + std::exp(1) + std::exp(2)));
  EXPECT_DOUBLE_EQ(score("max_softmax"), -std::exp(4) / sum);
  EXPECT_NEAR(score("entropy"),
              -(std::exp(1) / sum * std::log(std::exp(1) / sum) +
                std::exp(2) / sum * std::log(std::exp(2) / sum) +
                std::exp(4) / sum * std::log(std::exp(4) / sum)),
              1e-15);
  EXPECT_NEAR(score("temperature_scaled(2)"),
              -std::exp(2) / (std::exp(0.5) + std::exp(1) + std::exp(2)), 1e-15);
}

// With a covariance that is the identity, Mahalanobis's distance is Euclid's.
TEST(Unknown, MahalanobisOfRoundClusters) {
  Evidence round;
  base::Rng random(1, 2);
  for (std::size_t i = 0; i < 30000; ++i) {
    std::vector<double> x(kColumns);
    for (double& v : x) v = random.normal();
    x[i % kClasses] += 10;
    add_row(round, x, static_cast<std::int32_t>(i % kClasses));
  }
  const auto score = UnknownScore::fit("mahalanobis", round, head());
  Evidence one;
  add_row(one, {10, 0, 0, 3, 0, 4, 0, 0}, 0);
  EXPECT_NEAR(score.score(one)[0], 25, 1);
}

TEST(Unknown, NearestNeighboursAgainstAllDistances) {
  const Evidence known = examples(40, false, 1), some = examples(5, true, 2);
  const auto unit = [](const Evidence& e, std::size_t i) {
    std::vector<double> x(e.features.begin() + static_cast<std::ptrdiff_t>(i * kColumns),
                          e.features.begin() + static_cast<std::ptrdiff_t>((i + 1) * kColumns));
    double norm = 0;
    for (const double v : x) norm += v * v;
    for (double& v : x) v /= std::sqrt(norm);
    return x;
  };
  const std::vector<double> scores = UnknownScore::fit("knn(7)", known, head()).score(some);
  for (std::size_t i = 0; i < some.rows; ++i) {
    std::vector<double> distances;
    for (std::size_t j = 0; j < known.rows; ++j) {
      const std::vector<double> a = unit(some, i), b = unit(known, j);
      double sum = 0;
      for (std::size_t n = 0; n < kColumns; ++n) sum += (a[n] - b[n]) * (a[n] - b[n]);
      distances.push_back(std::sqrt(sum));
    }
    std::sort(distances.begin(), distances.end());
    EXPECT_NEAR(scores[i], distances[6], 1e-12);
  }
}

TEST(Unknown, ThresholdAcceptsTheShareThatWasAsked) {
  const std::vector<double> scores = {5, 1, 4, 2, 3};
  EXPECT_EQ(unknown_threshold(scores, 0.6), 3);
  EXPECT_EQ(unknown_threshold(scores, 0.61), 4);
  EXPECT_EQ(unknown_threshold(scores, 1), 5);
  EXPECT_EQ(unknown_threshold({2, 2, 2}, 0.5), 2);
  EXPECT_THROW(unknown_threshold({}, 0.95), Error);
}

TEST(Unknown, MistakesAreNamed) {
  EXPECT_THROW(UnknownScore::fit("enrgy", examples(9, false, 1), head()), Error);
  EXPECT_THROW(UnknownScore::fit("knn(0)", examples(9, false, 1), head()), Error);
  EXPECT_THROW(UnknownScore::fit("knn(50)", examples(9, false, 1), head()), Error);
  EXPECT_THROW(UnknownScore::fit("energy", {}, head()), Error);
}

}  // namespace
}  // namespace lithe
