// A client of each kind that Go programs use: pgx DIRECTORY, go-redis DIRECTORY.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

func viaPgx(ctx context.Context, uri string) (string, error) {
	connection, err := pgx.Connect(ctx, uri)
	if err != nil {
		return "", err
	}
	defer connection.Close(ctx)
	var database string
	var encrypted bool
	query := "SELECT current_database(), ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
	err = connection.QueryRow(ctx, query).Scan(&database, &encrypted)
	return fmt.Sprintf("%s %t", database, encrypted), err
}

func viaRedis(ctx context.Context, uri string) (string, error) {
	options, err := redis.ParseURL(uri)
	if err != nil {
		return "", err
	}
	return redis.NewClient(options).Ping(ctx).Result()
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	clients := map[string]func(context.Context, string) (string, error){"pgx": viaPgx, "go-redis": viaRedis}
	uri, err := os.ReadFile(filepath.Join(os.Args[2], "uri"))
	if err == nil {
		var seen string
		if seen, err = clients[os.Args[1]](ctx, string(uri)); err == nil {
			fmt.Println(seen)
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
