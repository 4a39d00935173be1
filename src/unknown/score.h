// The interface of an out-of-distribution score: its declaration, fitting, and scoring. To add one,
// write a class and name it in unknown.cc.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lithe/component.h"
#include "lithe/unknown.h"
#include "network/declaration.h"

namespace lithe::unknown {

using Arrays = std::map<std::string, NamedArray>;

// The inputs (features) and the sums (logits) of the last dense layer for one example.
struct Example {
  const double* features;
  const double* logits;
  std::size_t columns, classes;
};

class Score {
 public:
  virtual ~Score() = default;
  // Computes the arrays that scoring needs from known examples with labels.
  virtual Arrays fit(const Evidence&, const Head&) const { return {}; }
  // Takes the arrays of fit(). Throws Error(model) where they are not valid.
  virtual void use(const Arrays&) {}
  // Throws Error(model) where the arrays do not fit examples of these sizes.
  virtual void check(std::size_t columns, std::size_t classes) const {
    (void)columns, (void)classes;
  }
  virtual double operator()(const Example& example) const = 0;
};

struct Entry {
  network::Declaration declaration;
  std::function<std::unique_ptr<Score>(const Component&)> make;
};

std::vector<Entry> logit_scores();    // logits.cc
std::vector<Entry> feature_scores();  // features.cc
Entry openmax();                      // openmax.cc

const network::Catalogue& catalogue();  // of the scores

// The array of that name and shape, where 0 stands for any size. Throws Error(model) where it is
// missing.
const NamedArray& array_of(const Arrays& arrays, const std::string& name,
                           const std::vector<std::size_t>& shape);
[[noreturn]] void fail_to_fit();

double log_sum_exp(const double* values, std::size_t count, double temperature = 1);

}  // namespace lithe::unknown
