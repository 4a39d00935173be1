// Normalisation, noise, softmax, PReLU and sums against the plain reference, and the same bits on
// every instruction set with fused multiply-add.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>

#include "base/aligned.h"
#include "base/random.h"
#include "kernels/table.h"
#include "support/isas.h"

namespace lithe::kernels {
namespace {

using cpu::Isa;

constexpr std::size_t kColumns[] = {1, 7, 16, 17, 33, 70, 100};
constexpr std::size_t kRows[] = {1, 2, 13, 50};

// Everything that the kernels read and write, filled with random numbers.
template <typename T>
struct Problem {
  Problem(std::size_t count, std::size_t width)
      : rows(count), columns(width), stride(row_stride<T>(width)) {
    base::Rng random(rows, static_cast<std::uint32_t>(columns));
    for (auto* matrix : {&x, &y, &dy}) *matrix = base::AlignedArray<T>(rows * stride);
    for (auto* vector :
         {&scale, &shift, &mean, &inverse, &running_mean, &running_variance, &first, &second})
      *vector = base::AlignedArray<T>(std::max(stride, round_up(rows, kLine<T>)));
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t n = 0; n < columns; ++n) {
        x[i * stride + n] = static_cast<T>(1 + 2 * random.normal());
        dy[i * stride + n] = static_cast<T>(random.normal());
      }
    for (std::size_t n = 0; n < columns; ++n) {
      scale[n] = static_cast<T>(random.normal());
      shift[n] = static_cast<T>(random.normal());
    }
  }
  Range lines() const { return {0, divide_up(columns, kLine<T>)}; }
  Matrix<const T> from() const { return {x.data(), stride, rows}; }
  Matrix<T> to() { return {y.data(), stride, rows}; }
  Matrix<T> gradient() { return {dy.data(), stride, rows}; }
  NormWork<T> norm() {
    return {from(),
            to(),
            columns,
            scale.data(),
            shift.data(),
            mean.data(),
            inverse.data(),
            running_mean.data(),
            running_variance.data(),
            static_cast<T>(1e-5),
            static_cast<T>(0.1)};
  }
  NormBackwardWork<T> norm_backward() {
    return {from(),      gradient(),     columns,      scale.data(),
            mean.data(), inverse.data(), first.data(), second.data()};
  }
  MeanWork<T> mean_of(Link link) { return {from(), to(), columns, T{3}, link}; }
  NoiseWork<T> noise(T deviation) {
    return {from(), to(), 3, 77, 5, 6, 0xB0000000u, T{2}, T{0.5}, T{-1}, deviation};
  }
  std::vector<T> results() const {
    std::vector<T> all;
    for (const auto* matrix : {&y, &dy})
      for (std::size_t i = 0; i < rows; ++i)
        all.insert(all.end(), matrix->begin() + i * stride, matrix->begin() + i * stride + columns);
    for (const auto* vector : {&first, &second, &running_mean, &running_variance, &mean, &inverse})
      all.insert(all.end(), vector->begin(), vector->begin() + std::min(columns, vector->size()));
    return all;
  }

  std::size_t rows, columns, stride;
  base::AlignedArray<T> x, y, dy, scale, shift, mean, inverse, running_mean, running_variance,
      first, second;
};

template <typename T>
using Work = std::function<void(const Kernels<T>&, Problem<T>&, Range)>;

template <typename T>
std::vector<std::pair<std::string, Work<T>>> by_lines() {
  return {
      {"batch_norm", [](auto& k, auto& p, Range r) { k.batch_norm(p.norm(), r); }},
      {"batch_norm back",
       [](auto& k, auto& p, Range r) {
         k.batch_norm(p.norm(), r);
         k.batch_norm_backward(p.norm_backward(), r);
       }},
      {"affine", [](auto& k, auto& p,
                    Range r) { k.affine(p.from(), p.to(), p.scale.data(), p.shift.data(), r); }},
      {"add", [](auto& k, auto& p, Range r) { k.add(p.from(), p.gradient(), p.to(), r); }},
      {"mean", [](auto& k, auto& p, Range r) { k.mean(p.mean_of(Link::identity), r); }},
      {"log of a mean", [](auto& k, auto& p, Range r) { k.mean(p.mean_of(Link::log), r); }},
      {"logit of a mean", [](auto& k, auto& p, Range r) { k.mean(p.mean_of(Link::logit), r); }},
      {"mean back",
       [](auto& k, auto& p, Range r) { k.mean_backward(p.mean_of(Link::identity), r); }},
      {"log back", [](auto& k, auto& p, Range r) { k.mean_backward(p.mean_of(Link::log), r); }},
      {"logit back", [](auto& k, auto& p, Range r) { k.mean_backward(p.mean_of(Link::logit), r); }},
      {"prelu", [](auto& k, auto& p, Range r) { k.prelu(p.from(), p.to(), p.scale.data(), r); }},
      {"prelu back",
       [](auto& k, auto& p, Range r) {
         k.prelu_backward(p.from(), p.gradient(), p.scale.data(), p.first.data(), r);
       }},
      {"dropout", [](auto& k, auto& p, Range r) { k.noise(p.noise(0), r); }},
      {"noise", [](auto& k, auto& p, Range r) { k.noise(p.noise(static_cast<T>(0.3)), r); }},
      {"column sums",
       [](auto& k, auto& p, Range r) { k.column_sums(p.from(), p.first.data(), r); }},
  };
}

template <typename T>
std::vector<std::pair<std::string, Work<T>>> whole() {
  return {
      {"layer_norm", [](auto& k, auto& p, Range) { k.layer_norm(p.norm()); }},
      {"layer_norm back",
       [](auto& k, auto& p, Range) {
         k.layer_norm(p.norm());
         k.layer_norm_backward(p.norm_backward());
       }},
      {"rms_norm", [](auto& k, auto& p, Range) { k.rms_norm(p.norm()); }},
      {"rms_norm back",
       [](auto& k, auto& p, Range) {
         k.rms_norm(p.norm());
         k.rms_norm_backward(p.norm_backward());
       }},
      {"softmax", [](auto& k, auto& p, Range) { k.softmax(p.from(), p.to(), p.columns); }},
      {"softmax back",
       [](auto& k, auto& p, Range) {
         k.softmax(p.from(), p.to(), p.columns);
         k.softmax_backward(p.to(), p.gradient(), p.columns);
       }},
      {"blend", [](auto& k, auto& p,
                   Range) { k.blend(p.y.data(), p.x.data(), static_cast<T>(0.9), p.y.size()); }},
      {"sum of squares",
       [](auto& k, auto& p, Range) {
         p.first[0] = static_cast<T>(k.sum_of_squares(p.x.data(), p.x.size()));
       }},
  };
}

template <typename T>
std::vector<T> run(const Work<T>& work, Isa isa, std::size_t rows, std::size_t columns,
                   std::size_t parts = 1) {
  Problem<T> problem(rows, columns);
  for (std::size_t part = 0; part < parts; ++part)
    work(kernels<T>(isa), problem, share(problem.lines().end, part, parts));
  return problem.results();
}

template <typename T>
void check(const std::string& name, const Work<T>& work, bool shares) {
  for (const std::size_t rows : kRows)
    for (const std::size_t columns : kColumns) {
      SCOPED_TRACE(name + ", " + std::to_string(rows) + "x" + std::to_string(columns));
      const auto plain = run(work, Isa::scalar, rows, columns);
      const auto best = run(work, cpu::best_isa(), rows, columns);
      ASSERT_EQ(plain.size(), best.size());
      // Sums of up to 100 values of size 10, through a division by a deviation that a batch of two
      // can make small.
      const double bound = 4000 * static_cast<double>(std::numeric_limits<T>::epsilon());
      for (std::size_t i = 0; i < plain.size(); ++i)
        ASSERT_NEAR(static_cast<double>(best[i]), static_cast<double>(plain[i]),
                    bound * std::max(1.0, std::abs(static_cast<double>(plain[i]))))
            << "value " << i;
      for (const Isa isa : test::fused()) {
        const auto other = run(work, isa, rows, columns);
        ASSERT_EQ(std::memcmp(other.data(), best.data(), best.size() * sizeof(T)), 0)
            << cpu::name(isa);
      }
      for (const std::size_t parts : {2, 3}) {
        if (!shares) continue;
        const auto other = run(work, cpu::best_isa(), rows, columns, parts);
        ASSERT_EQ(std::memcmp(other.data(), best.data(), best.size() * sizeof(T)), 0)
            << parts << " parts";
      }
    }
}

template <typename T>
void check_all() {
  for (const auto& [name, work] : by_lines<T>()) check<T>(name, work, true);
  for (const auto& [name, work] : whole<T>()) check<T>(name, work, false);
}

TEST(LayerKernels, AgreeWithTheReferenceInFloat32) { check_all<float>(); }
TEST(LayerKernels, AgreeWithTheReferenceInFloat64) { check_all<double>(); }

// Dropout keeps the requested share of values, and other ones in another step.
TEST(LayerKernels, DropoutKeepsItsShare) {
  Problem<float> p(200, 100);
  NoiseWork<float> noise = p.noise(0);
  noise.factor = 1, noise.offset = 0, noise.dropped = 12345;
  const auto dropped = [&](std::uint64_t step, std::uint32_t stream) {
    noise.step = step, noise.stream = stream;
    kernels<float>(cpu::best_isa()).noise(noise, p.lines());
    std::vector<bool> result;
    for (std::size_t i = 0; i < p.rows; ++i)
      for (std::size_t n = 0; n < p.columns; ++n)
        result.push_back(p.y[i * p.stride + n] == noise.dropped);
    return result;
  };
  const auto first = dropped(1, 6);
  const double share = static_cast<double>(std::count(first.begin(), first.end(), true)) / 20000;
  EXPECT_NEAR(share, 1 - 0xB0000000u / 0x1p32, 0.015);
  EXPECT_EQ(first, dropped(1, 6));
  EXPECT_NE(first, dropped(2, 6));
  EXPECT_NE(first, dropped(1, 7));
}

TEST(LayerKernels, NoiseHasItsDeviation) {
  Problem<double> p(200, 100);
  kernels<double>(cpu::best_isa()).noise(p.noise(0.3), p.lines());
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < p.rows; ++i)
    for (std::size_t n = 0; n < p.columns; ++n) {
      const double noise = p.y[i * p.stride + n] - p.x[i * p.stride + n];
      sum += noise, squares += noise * noise;
    }
  EXPECT_NEAR(sum / 20000, 0, 0.01);
  EXPECT_NEAR(std::sqrt(squares / 20000), 0.3, 0.005);
}

TEST(LayerKernels, MaxNormScalesOnlyWhatIsAbove) {
  for (const Isa isa : test::isas()) {
    const Panels<float> panels{5, 20};
    base::AlignedArray<float> weight(panels.size());
    for (std::size_t n = 0; n < 20; ++n)
      for (std::size_t k = 0; k < 5; ++k) weight[panels.at(k, n)] = n < 10 ? 0.1f : 3.0f;
    kernels<float>(isa).max_norm(weight.data(), 5, 20, 1.0f, {0, 2});
    for (std::size_t k = 0; k < 5; ++k) {
      EXPECT_EQ(weight[panels.at(k, 3)], 0.1f);
      EXPECT_NEAR(weight[panels.at(k, 15)], 1 / std::sqrt(5.0f), 1e-6);
    }
  }
}

}  // namespace
}  // namespace lithe::kernels
