// Lines of source files, which may have changed or be gone, or be no files at all.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lithe/program_report.h"

namespace lithe::program {

class SourceText {
 public:
  // Takes texts of sources that are in no file, such as cells of a notebook, by their names.
  static void know(std::map<std::string, std::string> texts);

  // The text of a line without its indentation, at most 200 bytes; empty if there is no such line.
  std::string line(const std::string& file, int number);

  int count(const std::string& file);                    // of its lines
  int indentation(const std::string& file, int number);  // of a line, in characters
  // The first line with this text in the function that begins at `first`, by the indentation; 0 if
  // there is none.
  int find_in_function(const std::string& file, int first, std::string_view text);

  // The given lines with five around each, each line at most 200 bytes, in the order of the files'
  // shares. At most 200 excerpts.
  std::vector<SourceExcerpt> excerpts(const std::vector<ProgramLine>& lines);

 private:
  const std::vector<std::string>& lines_of(const std::string& file);

  std::map<std::string, std::vector<std::string>> files_;
};

}  // namespace lithe::program
