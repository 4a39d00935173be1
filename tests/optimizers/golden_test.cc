// The optimizers against PyTorch's figures for ten steps (golden.py makes them), on every
// instruction set; and the same bits on all with fused multiply-add.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/aligned.h"
#include "catalogue/catalogue.h"
#include "kernels/table.h"
#include "network/bind.h"
#include "optimizers/optimizers.h"
#include "support/isas.h"
#include "train/setup.h"

namespace lithe::optimizers {
namespace {

using nlohmann::json;

const json& golden() {
  static const json all = [] {
    std::ifstream file(std::string(LITHE_SOURCE_DIR) + "/tests/optimizers/golden.json");
    return json::parse(file);
  }();
  return all;
}

template <typename T>
const char* precision() {
  return sizeof(T) == 4 ? "float32" : "float64";
}

template <typename T>
base::AlignedArray<T> padded(const json& values) {
  base::AlignedArray<T> result(kernels::round_up(values.size(), kernels::kLine<T>));
  for (std::size_t i = 0; i < values.size(); ++i) result[i] = values[i].get<T>();
  return result;
}

// What a rule keeps for each weight, zero at first.
template <typename T>
struct States {
  States(std::size_t count, std::size_t size) {
    for (std::size_t i = 0; i < count; ++i) pointers.push_back(arrays.emplace_back(size).data());
  }
  std::vector<base::AlignedArray<T>> arrays;
  std::vector<T*> pointers;
};

// The weights after each step.
template <typename T>
std::vector<std::vector<T>> steps(const std::string& sentence, cpu::Isa isa) {
  const Optimizer optimizer = train::parse_optimizer(sentence);
  const Regularization& r = optimizer.regularization;
  const auto update = kernels::kernels<T>(isa).update(optimizer.rule.index(),
                                                      r.l1 > 0 || r.l2 > 0 || r.clip_value > 0);
  const json& given = golden()[precision<T>()];
  base::AlignedArray<T> weight = padded<T>(given["start"]);
  States<T> states(row(optimizer.rule).states, weight.size());
  StepCounter counter(optimizer);
  std::vector<std::vector<T>> result;
  for (const json& g : given["gradients"]) {
    const base::AlignedArray<T> gradient = padded<T>(g);
    update({1, weight.size(), weight.size(), gradient.data(), weight.size(), weight.data(),
            states.pointers.data(), 0, counter.next(optimizer.schedule.at(0)).template as<T>()});
    result.emplace_back(weight.begin(), weight.begin() + g.size());
    for (std::size_t i = g.size(); i < weight.size(); ++i) EXPECT_EQ(weight[i], 0) << "padding";
  }
  return result;
}

template <typename T>
void check(cpu::Isa isa, double bound) {
  for (const json& setting : golden()["settings"]) {
    const std::string sentence = setting["sentence"];
    SCOPED_TRACE(sentence + ", " + precision<T>() + ", " + std::string(cpu::name(isa)));
    const auto ours = steps<T>(sentence, isa);
    for (std::size_t step = 0; step < ours.size(); ++step)
      for (std::size_t i = 0; i < ours[step].size(); ++i) {
        const double wanted = setting[precision<T>()][step][i];
        ASSERT_NEAR(static_cast<double>(ours[step][i]), wanted,
                    bound * std::max(1.0, std::abs(wanted)))
            << "step " << step + 1 << ", weight " << i;
      }
  }
}

TEST(Golden, OptimizersAgreeWithPyTorchInFloat32) {
  for (const cpu::Isa isa : test::isas()) check<float>(isa, 1e-6);
  check<float>(cpu::Isa::scalar, 1e-6);
}
TEST(Golden, OptimizersAgreeWithPyTorchInFloat64) {
  for (const cpu::Isa isa : test::isas()) check<double>(isa, 1e-12);
  check<double>(cpu::Isa::scalar, 1e-12);
}

TEST(Golden, TheSameBitsOnEveryFusedInstructionSet) {
  for (const json& setting : golden()["settings"])
    for (const cpu::Isa isa : test::fused()) {
      const std::string sentence = setting["sentence"];
      EXPECT_EQ(steps<float>(sentence, isa), steps<float>(sentence, cpu::Isa::scalar))
          << sentence << " " << cpu::name(isa);
      EXPECT_EQ(steps<double>(sentence, isa), steps<double>(sentence, cpu::Isa::scalar))
          << sentence << " " << cpu::name(isa);
    }
}

// A step from the same values with other strides.
template <typename T>
std::vector<T> step_with_strides(cpu::Isa isa, std::size_t rule, bool prepared, std::size_t stride,
                                 std::size_t gradient_stride) {
  constexpr std::size_t kRows = 3, kColumns = 2 * kernels::kLine<T>;
  base::AlignedArray<T> weight(kRows * stride), gradient(kRows * gradient_stride);
  States<T> states(kRules[rule].states, kRows * stride);
  for (std::size_t row = 0; row < kRows; ++row)
    for (std::size_t n = 0; n < kColumns; ++n) {
      const T value = static_cast<T>(row * kColumns + n + 1);
      weight[row * stride + n] = 1 / value;
      gradient[row * gradient_stride + n] = static_cast<T>(std::cos(value));
    }
  optimizers::Coefficients<T> c;
  c.own.fill(static_cast<T>(0.3));
  c.keep = static_cast<T>(0.9);
  if (prepared) c.clip = c.l1 = c.l2 = static_cast<T>(0.2);
  kernels::kernels<T>(isa).update(
      rule, prepared)({kRows, kColumns, stride, gradient.data(), gradient_stride, weight.data(),
                       states.pointers.data(), 0, c});
  std::vector<T> result;
  for (std::size_t row = 0; row < kRows; ++row)
    result.insert(result.end(), weight.begin() + row * stride,
                  weight.begin() + row * stride + kColumns);
  return result;
}

// The stride of the gradient may differ from that of the weights.
template <typename T>
void check_strides(cpu::Isa isa, std::size_t rule, bool prepared) {
  constexpr std::size_t kNear = 2 * kernels::kLine<T>, kFar = 5 * kernels::kLine<T>;
  const auto expected = step_with_strides<T>(isa, rule, prepared, kNear, kNear);
  for (const auto& [stride, gradient_stride] :
       {std::pair{kFar, kFar}, std::pair{kNear, kFar}, std::pair{kFar, kNear}})
    EXPECT_EQ(step_with_strides<T>(isa, rule, prepared, stride, gradient_stride), expected)
        << kRules[rule].name << " " << cpu::name(isa) << " " << stride << " " << gradient_stride;
}

TEST(Golden, TheGradientMayHaveAnotherStride) {
  std::vector<cpu::Isa> isas = test::isas();
  isas.push_back(cpu::Isa::scalar);
  for (const cpu::Isa isa : isas)
    for (std::size_t rule = 0; rule < kRuleCount; ++rule)
      for (const bool prepared : {false, true}) {
        check_strides<float>(isa, rule, prepared);
        check_strides<double>(isa, rule, prepared);
      }
}

// Every rule has golden figures.
TEST(Golden, NoRuleIsMissing) {
  for (std::size_t rule = 0; rule < kRuleCount; ++rule) {
    bool found = kRules[rule].name == "muon";  // adam's formula, and matrices of its own
    for (const json& setting : golden()["settings"])
      found = found || train::parse_optimizer(setting["sentence"]).rule.index() == rule;
    EXPECT_TRUE(found) << kRules[rule].name;
  }
}

// A counter can go on where another one stopped, and go back.
TEST(StepCounter, RestartGoesOnAsIfNothingHadHappened) {
  for (const json& setting : golden()["settings"]) {
    const Optimizer optimizer = train::parse_optimizer(setting["sentence"]);
    StepCounter straight(optimizer), resumed(optimizer);
    for (int i = 0; i < 5; ++i) straight.next(0.1);
    for (int i = 0; i < 9; ++i) resumed.next(0.1);
    resumed.restart(5);
    const auto a = straight.next(0.1), b = resumed.next(0.1);
    EXPECT_EQ(a.rate, b.rate) << setting["sentence"];
    EXPECT_EQ(a.own, b.own) << setting["sentence"];
  }
}

// list.inc names every file of an optimizer.
TEST(Optimizers, NoFileIsMissingFromTheList) {
  const std::filesystem::path folder = LITHE_SOURCE_DIR "/src/optimizers";
  std::ifstream file(folder / "list.inc");
  const std::string list((std::istreambuf_iterator<char>(file)), {});
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (entry.path().extension() != ".inc" || name == "list.inc") continue;
    ++files;
    EXPECT_NE(list.find("optimizers/" + name), list.npos) << name;
  }
  EXPECT_GE(files, 10u);
}

}  // namespace
}  // namespace lithe::optimizers
