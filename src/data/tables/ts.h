// Time series in the .ts format of sktime and aeon: lines of a header that begin with @, then a
// sequence a line. Its channels stand one behind the other with colons between them, the values of
// a channel with commas, and behind the last colon stands the class, or a number to predict:
//
//   @univariate false
//   @classLabel true a b
//   @data
//   1.5,2,2.5:10,20,30:a
//   3,3.5:40,50:b
//
// Of the header, @classLabel and @targetLabel say whether there is an answer; a class must be one
// of those that @classLabel names, where it names some. @timeStamps must not be true. The rest says
// nothing that the lines do not say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/tables/answers.h"
#include "lithe/table.h"

namespace lithe::data {

struct Sequences {
  std::size_t channels = 0;
  std::vector<std::string> names;  // of the channels, from a line above the numbers; or none
  std::vector<float> values;       // [position][channel] of each sequence, one behind the other
  std::vector<std::int32_t> lengths;
  Answers answers;

  std::size_t longest() const;
};

// `classes`: those of the data to train on, which an answer must be one of; empty: any. Throws
// Error(data), with the line, for what is no such file, for a sequence without a position or with
// channels of different lengths, and for a value that is missing or not finite.
Sequences parse_ts(std::string_view text, const std::string& name, const TableOptions& options,
                   const std::vector<std::string>& classes = {});

}  // namespace lithe::data
