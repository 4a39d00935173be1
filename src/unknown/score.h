// The contract of a score of unknownness: its declaration, how it is fitted, and what it makes of
// an example. To add one, write it and name it in unknown.cc.
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

// An example: what went into the last dense layer, and what came out of it.
struct Example {
  const double* features;
  const double* logits;
  std::size_t columns, classes;
};

class Score {
 public:
  virtual ~Score() = default;
  // What an example is scored by, from known examples with labels.
  virtual Arrays fit(const Evidence&, const Head&) const { return {}; }
  // Throws Error(model) where they are not such as fit() gives.
  virtual void use(const Arrays&) {}
  // Throws Error(model) where the arrays do not fit examples of such sizes.
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

// An array of the given shape, of which a size 0 is any. Throws Error(model) where it is not there.
const NamedArray& array_of(const Arrays& arrays, const std::string& name,
                           const std::vector<std::size_t>& shape);
[[noreturn]] void fail_to_fit();

double log_sum_exp(const double* values, std::size_t count, double temperature = 1);

}  // namespace lithe::unknown
