import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;

/** Connects with nothing but the binding in a directory. */
public class Jdbc {
  public static void main(String[] arguments) throws Exception {
    String query = "SELECT current_database(), ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    try (var connection = DriverManager.getConnection(Files.readString(Path.of(arguments[0], "jdbc-uri")));
        var rows = connection.createStatement().executeQuery(query)) {
      rows.next();
      System.out.println(rows.getString(1) + " " + rows.getBoolean(2));
    }
  }
}
