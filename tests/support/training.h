// What the tests of training share: small data sets, and training runs that end in weights.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "data/synthetic/digits.h"
#include "lithe/data.h"
#include "lithe/model.h"
#include "lithe/trainer.h"

namespace lithe::test {

// Generated digits: 28x28 bytes, most of them zero, in ten classes. Made once for each size.
inline const Dataset& digits(std::size_t train, std::size_t test) {
  static std::map<std::pair<std::size_t, std::size_t>, Dataset> made;
  auto [at, fresh] = made.try_emplace({train, test});
  if (fresh) at->second = data::generate_digits(1, train, test);
  return at->second;
}

// A data set of random numbers, as small as is asked for.
struct RandomExamples {
  RandomExamples(std::size_t rows, std::size_t columns, std::size_t classes, double scale = 1) {
    base::Rng random(11, 1);
    for (std::size_t i = 0; i < rows * columns; ++i) values.push_back(scale * random.normal());
    for (std::size_t i = 0; i < rows; ++i)
      labels.push_back(
          static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(classes))));
    examples = {{values.data(), ElementType::float64, rows, columns, columns * sizeof(double), 1},
                labels.data(),
                classes};
  }
  RandomExamples(const RandomExamples&) = delete;
  RandomExamples& operator=(const RandomExamples&) = delete;

  std::vector<double> values;
  std::vector<std::int32_t> labels;
  Examples examples;
};

// All learned values, array after array, row-major.
inline std::vector<double> weights_of(const Model& model) {
  std::vector<double> all;
  for (const std::string& name : model.names()) {
    const std::vector<double> values = model.values(name);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

inline void set_weights(Model& model, const std::vector<double>& all) {
  auto from = all.begin();
  for (const std::string& name : model.names()) {
    const auto count = static_cast<std::ptrdiff_t>(model.values(name).size());
    model.set_values(name, std::vector<double>(from, from + count));
    from += count;
  }
}

// Bytes, not values: a zero and a negative zero differ, and a NaN equals itself.
inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

inline bool sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#elif defined(__has_feature)
  return __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
  return false;
#endif
}

}  // namespace lithe::test
