#include "lithe/error.h"

#include <utility>

namespace lithe {

Error::Error(ErrorKind kind, std::string problem, std::string where, std::string remedy)
    : kind_(kind),
      problem_(std::move(problem)),
      where_(std::move(where)),
      remedy_(std::move(remedy)) {
  message_ = problem_;
  // A place with several lines is a quoted sentence with a caret: it stands on lines of its own.
  if (!where_.empty()) message_ += (where_.find('\n') == where_.npos ? " at " : "\n") + where_;
  if (!remedy_.empty()) message_ += "\n  try: " + remedy_;
}

}  // namespace lithe
