#include "data/tables/table_part.h"

#include "cpu/memory.h"

namespace lithe::data {

void check_table_memory(std::size_t rows, std::size_t columns, std::size_t element_bytes) {
  cpu::check_memory(
      static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(element_bytes),
      fmt::format("{} rows of {} features need", rows, columns),
      "fewer rows or columns, or a machine with more memory");
}

}  // namespace lithe::data
